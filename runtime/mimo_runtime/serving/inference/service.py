"""The service of the Open Inference Protocol: the same streams by another name."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc.aio

from mimo.inference import open_inference_pb2 as pb
from mimo.inference import open_inference_pb2_grpc
from mimo.v1 import synthesis_pb2
from mimo_runtime.bundle import Bundle
from mimo_runtime.serving.abort import abort_on_error, answered
from mimo_runtime.serving.inference.description import (
    check_model,
    is_known,
    model_config,
    model_metadata,
    server_metadata,
)
from mimo_runtime.serving.inference.frames import FrameContext, GatheredFrames
from mimo_runtime.serving.inference.requests import messages_of
from mimo_runtime.serving.inference.statistics import Statistics
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.paced import PacedReader
from mimo_runtime.serving.service import SynthesisService

NAME = pb.DESCRIPTOR.services_by_name["GRPCInferenceService"].full_name
_WAY_OUT = "close the stream when it has no more requests"

Context = grpc.aio.ServicerContext[Any, Any]


class InferenceService(open_inference_pb2_grpc.GRPCInferenceServiceServicer):
    """Answers for `model`, the name of the bundle; `synthesis` does the work of every request."""

    def __init__(self, model: str, options: ServerOptions, synthesis: SynthesisService) -> None:
        self._model = model
        self._options = options
        self._synthesis = synthesis
        self._statistics = Statistics(model)

    async def ServerLive(  # noqa: N802
        self,
        request: pb.ServerLiveRequest,  # noqa: ARG002
        context: Context,  # noqa: ARG002
    ) -> pb.ServerLiveResponse:
        """That the server answers."""
        return pb.ServerLiveResponse(live=True)

    async def ServerReady(  # noqa: N802
        self,
        request: pb.ServerReadyRequest,  # noqa: ARG002
        context: Context,  # noqa: ARG002
    ) -> pb.ServerReadyResponse:
        """Whether it takes new requests."""
        return pb.ServerReadyResponse(ready=self._is_ready())

    async def ModelReady(  # noqa: N802
        self,
        request: pb.ModelReadyRequest,
        context: Context,  # noqa: ARG002
    ) -> pb.ModelReadyResponse:
        """Whether it takes new requests for a model."""
        known = is_known(request.name, request.version, self._model)
        return pb.ModelReadyResponse(ready=known and self._is_ready())

    async def ServerMetadata(  # noqa: N802
        self,
        request: pb.ServerMetadataRequest,  # noqa: ARG002
        context: Context,  # noqa: ARG002
    ) -> pb.ServerMetadataResponse:
        """What the server is."""
        return server_metadata()

    async def ModelMetadata(  # noqa: N802
        self,
        request: pb.ModelMetadataRequest,
        context: Context,  # noqa: ARG002
    ) -> pb.ModelMetadataResponse:
        """Which tensors the model takes and gives."""
        check_model(request.name, request.version, self._model)
        return model_metadata(self._model)

    async def ModelConfig(  # noqa: N802
        self,
        request: pb.ModelConfigRequest,
        context: Context,  # noqa: ARG002
    ) -> pb.ModelConfigResponse:
        """The same as Triton configures it."""
        check_model(request.name, request.version, self._model)
        return model_config(self._model)

    async def ModelInfer(  # noqa: N802
        self, request: pb.ModelInferRequest, context: Context
    ) -> pb.ModelInferResponse:
        """One synthesis, all of its frames at once."""
        return await answered(self._infer(request, context), context)

    async def ModelStatistics(  # noqa: N802
        self,
        request: pb.ModelStatisticsRequest,
        context: Context,  # noqa: ARG002
    ) -> pb.ModelStatisticsResponse:
        """What was counted of requests."""
        check_model(request.name or self._model, request.version, self._model)
        return self._statistics.response()

    async def ModelStreamInfer(  # type: ignore[override]  # noqa: N802
        self, request_iterator: AsyncIterator[pb.ModelInferRequest], context: Context
    ) -> None:
        """One synthesis after another."""
        await abort_on_error(self._stream(request_iterator, context), context)

    def _is_ready(self) -> bool:
        return not self._synthesis.admission.closed

    async def _stream(
        self, request_iterator: AsyncIterator[pb.ModelInferRequest], context: Context
    ) -> None:
        reader = PacedReader(request_iterator, self._options, _WAY_OUT)
        while (request := await self._next(reader, context)) is not None:
            await self._synthesize(request, FrameContext(context, request))

    async def _infer(
        self, request: pb.ModelInferRequest, context: Context
    ) -> pb.ModelInferResponse:
        gathered = GatheredFrames(context, request)
        await self._synthesize(request, gathered)
        return gathered.response()

    async def _synthesize(self, request: pb.ModelInferRequest, frames: FrameContext) -> None:
        with self._statistics.request():
            check_model(request.model_name, request.model_version, self._model)
            await self._synthesis.synthesize(_each(messages_of(request)), frames)

    async def _next(
        self, reader: PacedReader[pb.ModelInferRequest], context: Context
    ) -> pb.ModelInferRequest | None:
        """The next request; while it is waited for the stream is one among all that are open."""
        with self._synthesis.streams.entered(context.peer(), lambda: reader.pace.lag_s):
            request = await reader.next()
        reader.pace.restore()
        return request


def serve_inference(
    bundle: Bundle, options: ServerOptions, synthesis: SynthesisService, server: grpc.aio.Server
) -> str:
    """Have a server answer it too; gives the full name of the service."""
    service = InferenceService(bundle.manifest.name, options, synthesis)
    open_inference_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(service, server)
    return NAME


async def _each(
    messages: Sequence[synthesis_pb2.SynthesizeRequest],
) -> AsyncIterator[synthesis_pb2.SynthesizeRequest]:
    for message in messages:
        yield message
