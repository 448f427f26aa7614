"""What a stream of ours says, told as frames of the Open Inference Protocol."""

import asyncio
from typing import Any

from mimo.inference import open_inference_pb2 as pb
from mimo.v1 import synthesis_pb2
from mimo_runtime.errors import LimitExceededError
from mimo_runtime.media.picture import decode_png
from mimo_runtime.serving.inference.description import FRAMES, VERSION
from mimo_runtime.serving.inference.requests import FINAL_ASKED

FINAL = "triton_final_response"
MAX_ANSWER_BYTES = 256 << 20  # which lie in memory until the request is done


class FrameContext:
    """Stands where a stream of ours has the context of its call.

    Each lossless frame goes to the client of `context` as one response to `request`, uint8 RGB
    [1, height, width, 3]; what else a stream says is left out.
    """

    def __init__(self, context: Any, request: pb.ModelInferRequest) -> None:
        self._context = context
        self._request = request
        self._with_end = request.parameters[FINAL_ASKED].bool_param
        self._frame_count = 0
        self._slices: list[bytes] = []

    def peer(self) -> str:
        """Who calls, as gRPC names it."""
        return str(self._context.peer())

    def time_remaining(self) -> float | None:
        """What the deadline of the call leaves, in seconds."""
        left_s: float | None = self._context.time_remaining()
        return left_s

    async def write(self, response: synthesis_pb2.SynthesizeResponse) -> None:
        """Tell one message of a stream."""
        match response.WhichOneof("payload"):
            case "output":
                self._frame_count = response.output.frame_count
            case "frames":
                await self._frames(response.frames)
            case "summary" if self._with_end:
                await self._send(self._response(is_final=True))

    async def _frames(self, chunk: synthesis_pb2.FrameChunk) -> None:
        self._slices.append(chunk.data)
        if chunk.continued:
            return
        data, self._slices = b"".join(self._slices), []
        rgb = await asyncio.to_thread(decode_png, data)
        is_last = chunk.first_frame + 1 == self._frame_count
        answer = self._response(is_final=is_last and not self._with_end)
        answer.parameters["frame"].int64_param = chunk.first_frame
        answer.parameters["frame_count"].int64_param = self._frame_count
        answer.parameters["timestamp_s"].double_param = chunk.timestamps_s[0]
        answer.outputs.add(name=FRAMES, datatype="UINT8", shape=(1, *rgb.shape))
        answer.raw_output_contents.append(rgb.tobytes())
        await self._send(answer)

    def _response(self, is_final: bool) -> pb.ModelInferResponse:
        asked = self._request
        answer = pb.ModelInferResponse(
            model_name=asked.model_name, model_version=VERSION, id=asked.id
        )
        answer.parameters[FINAL].bool_param = is_final
        return answer

    async def _send(self, answer: pb.ModelInferResponse) -> None:
        await self._context.write(pb.ModelStreamInferResponse(infer_response=answer))


class GatheredFrames(FrameContext):
    """The same for a request that has one response: frames are kept until all are there."""

    def __init__(self, context: Any, request: pb.ModelInferRequest) -> None:
        super().__init__(context, request)
        self._answers: list[pb.ModelInferResponse] = []

    async def write(self, response: synthesis_pb2.SynthesizeResponse) -> None:
        """Keep the frames of a message.

        Raises:
            LimitExceededError: there will be more than one response takes.
        """
        if response.WhichOneof("payload") == "output":
            _check_size(response.output)
        await super().write(response)

    def response(self) -> pb.ModelInferResponse:
        """All frames, uint8 RGB [frames, height, width, 3]."""
        first = self._answers[0]
        answer = self._response(is_final=True)
        answer.parameters["frame_count"].int64_param = len(self._answers)
        shape = (len(self._answers), *first.outputs[0].shape[1:])
        answer.outputs.add(name=FRAMES, datatype="UINT8", shape=shape)
        answer.raw_output_contents.append(
            b"".join(each.raw_output_contents[0] for each in self._answers)
        )
        return answer

    async def _send(self, answer: pb.ModelInferResponse) -> None:
        if answer.outputs:
            self._answers.append(answer)


def _check_size(output: synthesis_pb2.OutputFormat) -> None:
    size_bytes = output.width_px * output.height_px * 3 * output.frame_count
    if size_bytes > MAX_ANSWER_BYTES:
        raise LimitExceededError(
            f"The frames are {size_bytes} bytes together, and one response holds at most "
            f"{MAX_ANSWER_BYTES}; use ModelStreamInfer, which gives a response for each frame."
        )
