"""The service of assets: files that are sent once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio

from mimo.v1 import assets_pb2 as pb
from mimo.v1 import assets_pb2_grpc
from mimo_runtime.errors import ProtocolError
from mimo_runtime.jobs.asset import Asset
from mimo_runtime.jobs.state import State
from mimo_runtime.jobs.upload import Upload
from mimo_runtime.serving.abort import abort_on_error, answered
from mimo_runtime.serving.asset_messages import asset_message
from mimo_runtime.serving.callers import caller_of
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.paced import PacedReader
from mimo_runtime.serving.stream_table import StreamTable

NAME = pb.DESCRIPTOR.services_by_name["AssetService"].full_name

Requests = AsyncIterator[pb.UploadAssetRequest]
Context = grpc.aio.ServicerContext[Any, Any]


class AssetService(assets_pb2_grpc.AssetServiceServicer):
    """Serves the assets of a state folder; uploads are streams among others."""

    def __init__(self, state: State, options: ServerOptions, streams: StreamTable) -> None:
        self._state = state
        self._options = options
        self._streams = streams

    async def UploadAsset(  # noqa: N802
        self, request_iterator: Requests, context: Context
    ) -> pb.UploadAssetResponse:
        """One file, or the rest of one."""
        asset = await answered(self._upload(request_iterator, context), context)
        return pb.UploadAssetResponse(asset=asset_message(asset))

    async def GetAsset(  # noqa: N802
        self, request: pb.GetAssetRequest, context: Context
    ) -> pb.GetAssetResponse:
        """What the server has of a file."""
        get = asyncio.to_thread(self._state.assets.get, caller_of(context), request.sha256)
        return pb.GetAssetResponse(asset=asset_message(await answered(get, context)))

    async def ListAssets(  # noqa: N802
        self,
        request: pb.ListAssetsRequest,  # noqa: ARG002
        context: Context,
    ) -> pb.ListAssetsResponse:
        """All files of the caller."""
        caller = caller_of(context)
        listed = asyncio.to_thread(self._state.assets.listed, caller)
        messages = [asset_message(each) for each in await answered(listed, context)]
        stored_bytes = await asyncio.to_thread(self._state.table.stored_bytes, caller)
        return pb.ListAssetsResponse(assets=messages, stored_bytes=stored_bytes)

    async def DeleteAsset(  # noqa: N802
        self, request: pb.DeleteAssetRequest, context: Context
    ) -> pb.DeleteAssetResponse:
        """Remove a file."""
        remove = asyncio.to_thread(self._state.assets.remove, caller_of(context), request.sha256)
        await abort_on_error(remove, context)
        return pb.DeleteAssetResponse()

    async def _upload(self, requests: Requests, context: Context) -> Asset:
        reader = PacedReader(requests, self._options, "send the file without pause")
        with self._streams.entered(context.peer(), lambda: reader.pace.lag_s):
            first = await reader.next()
            if first is None or first.WhichOneof("payload") != "header":
                raise ProtocolError("The first message must be the header; send it first.")
            header, assets = first.header, self._state.assets
            given = (caller_of(context), header.sha256)
            upload = await asyncio.to_thread(assets.begin, *given, header.size_bytes, header.name)
            if upload is None:
                return await asyncio.to_thread(assets.get, *given)
            try:
                await self._receive(reader, upload)
                return await asyncio.to_thread(assets.finish, *given, upload)
            finally:
                assets.leave(upload)

    async def _receive(self, reader: PacedReader[pb.UploadAssetRequest], upload: Upload) -> None:
        while upload.offset < upload.size_bytes and (request := await reader.next()) is not None:
            if request.WhichOneof("payload") != "chunk":
                raise ProtocolError("After the header only chunks may come; send the file.")
            chunk = request.chunk
            reader.pace.moved(len(chunk.data))
            crc32c = chunk.crc32c if chunk.HasField("crc32c") else None
            await asyncio.to_thread(upload.write, chunk.offset, chunk.data, crc32c)
