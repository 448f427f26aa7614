"""Requests about assets."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mimo_runtime.errors import InvalidRequestError, LimitExceededError
from mimo_runtime.jobs.spec import AssetInput
from mimo_runtime.jobs.state import State
from mimo_runtime.serving.http.answers import asset, listed
from mimo_runtime.serving.http.fields import input_of
from mimo_runtime.serving.http.form import FilePart

_NUMBER = re.compile(r"[0-9]{1,18}")


async def adopt(state: State, caller: str, part: FilePart) -> AssetInput:
    """Keep a file of a form as an asset; which input it is."""
    named = input_of(part.name, part.file_name, part.media_type, part.sha256)
    await asyncio.to_thread(state.assets.adopt, caller, part.path, part.sha256, part.file_name)
    return named


class Uploads:
    """Handlers of requests about assets, each of a request and its caller."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def create(self, request: Request, caller: str) -> Response:
        """Keep the body of a request, whose SHA-256 need not be known before."""
        path = self._state.work / secrets.token_hex(8)
        name = request.query_params.get("name", "")
        try:
            room_bytes = await asyncio.to_thread(self._state.room_bytes, caller)
            with path.open("wb") as file:
                sha256 = await _receive(request, file, room_bytes)
            kept = await asyncio.to_thread(self._state.assets.adopt, caller, path, sha256, name)
        finally:
            path.unlink(missing_ok=True)
        return JSONResponse(asset(kept), 201)

    async def put(self, request: Request, caller: str) -> Response:
        """Take a file, or the rest of one from `offset` on, up to `size`."""
        sha256, given = request.path_params["sha256"], request.query_params
        offset, size_bytes = _number(given, "offset", "0"), _number(given, "size", "")
        begin = self._state.assets.begin
        upload = await asyncio.to_thread(begin, caller, sha256, size_bytes, given.get("name", ""))
        if upload is None:
            return JSONResponse(asset(self._state.assets.get(caller, sha256)))
        try:
            async for data in request.stream():
                await asyncio.to_thread(upload.write, offset, data)
                offset += len(data)
            kept = await asyncio.to_thread(self._state.assets.finish, caller, sha256, upload)
        finally:
            self._state.assets.leave(upload)
        return JSONResponse(asset(kept), 201)

    async def get(self, request: Request, caller: str) -> Response:
        """What there is of a file."""
        get, sha256 = self._state.assets.get, request.path_params["sha256"]
        return JSONResponse(asset(await asyncio.to_thread(get, caller, sha256)))

    async def list(self, request: Request, caller: str) -> Response:  # noqa: ARG002
        """All files of the caller, the newest first."""
        found = await asyncio.to_thread(self._state.assets.listed, caller)
        return JSONResponse(listed([asset(each) for each in found]))

    async def delete(self, request: Request, caller: str) -> Response:
        """Remove a file."""
        sha256 = request.path_params["sha256"]
        await asyncio.to_thread(self._state.assets.remove, caller, sha256)
        return JSONResponse({"id": sha256, "object": "asset.deleted", "deleted": True})


async def _receive(request: Request, file: BinaryIO, max_bytes: int) -> str:
    """Write the body of a request to a file; its SHA-256."""
    digest, size_bytes = hashlib.sha256(), 0
    async for data in request.stream():
        size_bytes += len(data)
        if size_bytes > max_bytes:
            raise LimitExceededError(
                f"The body is larger than {max_bytes} bytes, which is all that is still kept for "
                "you; purge jobs or delete assets."
            )
        digest.update(data)
        await asyncio.to_thread(file.write, data)
    return digest.hexdigest()


def _number(given: Mapping[str, str], name: str, usual: str) -> int:
    text = given.get(name, usual)
    if not _NUMBER.fullmatch(text):
        raise InvalidRequestError(f"{name} is '{text[:20]}'; give it as a number of bytes.")
    return int(text)
