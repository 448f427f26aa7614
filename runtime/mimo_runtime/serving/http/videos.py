"""Requests about videos: jobs, by another door."""

import asyncio
import contextlib
import json
import re
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, ProtocolError
from mimo_runtime.jobs.job import JobState
from mimo_runtime.jobs.jobs import Jobs
from mimo_runtime.jobs.spec import AssetInput
from mimo_runtime.serving.http.answers import STATUS_WORDS, listed, video
from mimo_runtime.serving.http.fields import (
    FILES,
    PREPARED,
    TEMPLATE,
    input_of,
    priority_from,
    spec_from,
    warnings_of,
)
from mimo_runtime.serving.http.form import MAX_TEXT_BYTES, Form, FormReader
from mimo_runtime.serving.http.uploads import adopt
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.synthesis.resolved import resolved_settings

_LARGEST_PAGE = 1000
_COUNT = re.compile(r"[0-9]{1,9}")


class Videos:
    """Handlers of requests about videos, each of a request and its caller."""

    def __init__(self, jobs: Jobs, bundle: Bundle, limits: InputLimits) -> None:
        self._jobs = jobs
        self._bundle = bundle
        self._limits = limits
        self._model = bundle.manifest.name

    async def create(self, request: Request, caller: str) -> Response:
        """Ask for a video, by a form or by JSON that names assets."""
        async with self._form(request, caller) as form:
            inputs = [await adopt(self._jobs.state, caller, each) for each in form.files]
            texts = dict(form.texts)
            for field in [*FILES, TEMPLATE]:
                if field in texts:
                    inputs.append(await self._named(caller, field, texts.pop(field)))
            for job_id in filter(None, texts.pop(PREPARED, "").split(",")):
                inputs += await self._prepared(caller, job_id.strip())
            spec = spec_from(texts, inputs, self._model)
            resolved_settings(spec.settings, self._bundle.manifest)  # told before the job waits
            request_id = request.headers.get("idempotency-key") or secrets.token_hex(16)
            job = await self._jobs.create(caller, request_id, spec, priority_from(texts))
            return JSONResponse(video(job, self._model, warnings_of(texts)))

    async def get(self, request: Request, caller: str) -> Response:
        """A video as it is now."""
        job = await self._jobs.get(caller, request.path_params["id"])
        return JSONResponse(video(job, self._model))

    async def list(self, request: Request, caller: str) -> Response:
        """Videos of the caller, the newest first."""
        given = request.query_params
        count = _count(given.get("limit", "20"))
        before = 0
        if "after" in given:
            before = (await self._jobs.get(caller, given["after"])).number
        jobs = await self._jobs.listed(caller, _state(given.get("status")), count + 1, before)
        objects = [video(job, self._model) for job in jobs[:count]]
        return JSONResponse(listed(objects, has_more=len(jobs) > count))

    async def content(self, request: Request, caller: str) -> Response:
        """What a job has made; parts of it by the header Range."""
        job, path = await self._jobs.result(caller, request.path_params["id"])
        assert job.result is not None  # or `result` would have raised
        return FileResponse(
            path,
            media_type=job.result.media_type,
            filename=job.result.file_name,
            headers={"X-Content-SHA256": job.result.sha256},
        )

    async def cancel(self, request: Request, caller: str) -> Response:
        """End a job that waits or runs."""
        job = await self._jobs.cancel(caller, request.path_params["id"])
        return JSONResponse(video(job, self._model))

    async def delete(self, request: Request, caller: str) -> Response:
        """Remove all there is of a job."""
        job_id, assets = request.path_params["id"], request.query_params.get("assets") == "true"
        await self._jobs.purge(caller, job_id, assets)
        return JSONResponse({"id": job_id, "object": "video.deleted", "deleted": True})

    async def models(self, request: Request, caller: str) -> Response:  # noqa: ARG002
        """What runs here."""
        model = {"id": self._model, "object": "model", "sha256": self._bundle.digest}
        return JSONResponse(listed([model]))

    @contextlib.asynccontextmanager
    async def _form(self, request: Request, caller: str) -> AsyncIterator[Form]:
        """The fields of a request, with its files for the time of the block."""
        if request.headers.get("content-type", "").partition(";")[0] == "application/json":
            yield Form(texts=_texts(await _body(request)))
            return
        room_bytes = await asyncio.to_thread(self._jobs.state.room_bytes, caller)
        room_bytes = min(self._limits.max_total_bytes, room_bytes)
        with tempfile.TemporaryDirectory(dir=self._jobs.state.work) as folder:
            yield await FormReader(Path(folder), room_bytes).read(request)

    async def _prepared(self, caller: str, job_id: str) -> tuple[AssetInput, ...]:
        """All there is of what a job has prepared."""
        job = await self._jobs.get(caller, job_id)
        if job.result is None or not job.result.assets:
            raise ProtocolError(
                f"The job {job.id} has prepared no template and no character; name one whose task "
                "that was, once it has succeeded."
            )
        return job.result.assets

    async def _named(self, caller: str, field: str, sha256: str) -> AssetInput:
        get = self._jobs.state.assets.get
        asset = await asyncio.to_thread(get, caller, sha256.strip())
        return input_of(field, asset.name, "", asset.sha256)


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > MAX_TEXT_BYTES:
            raise LimitExceededError(
                f"The JSON is longer than {MAX_TEXT_BYTES} bytes; send less, and files as assets."
            )
    return bytes(data)


def _texts(data: bytes) -> dict[str, str]:
    try:
        values: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"The body is no JSON: {error}; send an object.") from error
    if not isinstance(values, Mapping) or not all(
        isinstance(value, str | int | float) and not isinstance(value, bool)
        for value in values.values()
    ):
        raise InvalidRequestError(
            "The JSON is no object of texts and numbers; files are named by the SHA-256 of assets."
        )
    return {str(name): str(value) for name, value in values.items()}


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text) or not 1 <= int(text) <= _LARGEST_PAGE:
        raise InvalidRequestError(f"limit is '{text[:20]}'; give 1 to {_LARGEST_PAGE}.")
    return int(text)


def _state(word: str | None) -> JobState | None:
    if word is None:
        return None
    words = {each: state for state, each in STATUS_WORDS.items()}
    if word not in words:
        raise InvalidRequestError(f"status is '{word[:20]}'; give one of {', '.join(words)}.")
    return words[word]
