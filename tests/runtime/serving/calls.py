"""Calls to a real server, message by message, as any client of the contract could make them."""

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.media.picture import decode_png

SLICE_BYTES = 64 * 1024

Inputs = Mapping[int, bytes]
Request = pb.SynthesizeRequest


def files_of(template: Path, character: Path) -> Inputs:
    """The inputs of a template folder and a picture, by their number on the wire."""
    names: dict[int, str] = {
        pb.INPUT_SOURCE: "vid.mp4",
        pb.INPUT_MOTION: "sdc.mp4",
        pb.INPUT_SCENE: "bk.mp4",
        pb.INPUT_OCCLUSION: "occ.mp4",
        pb.INPUT_TEMPLATE_CONFIG: "config.json",
    }
    inputs = {number: (template / name).read_bytes() for number, name in names.items()}
    return {**inputs, pb.INPUT_CHARACTER: character.read_bytes()}


def shorten(template: Path, folder: Path) -> Path:
    """A copy of a template under `folder` that uses its first 8 frames only, for quick tests."""
    copied = Path(shutil.copytree(template, folder / "template"))
    config = {"fps": 20, "time_crop": {"start_idx": 0, "end_idx": 12}}
    (copied / "config.json").write_text(json.dumps(config))
    return copied


def config(**fields: Any) -> Request:
    """The first message; one step unless told otherwise."""
    return pb.SynthesizeRequest(config=pb.StreamConfig(**{"steps": 1} | fields))


def chunk(number: Any, data: bytes = b"", last: bool = False, name: str = "") -> Request:
    message = pb.InputChunk(input=number, data=data, last=last, name=name)
    return pb.SynthesizeRequest(chunk=message)


def chunks(inputs: Inputs) -> Iterator[Request]:
    """All inputs in slices."""
    for number, data in inputs.items():
        for start in range(0, len(data), SLICE_BYTES):
            yield chunk(number, data[start : start + SLICE_BYTES])
        yield chunk(number, last=True)


@dataclass
class Outcome:
    """How a call ended: its status, the sentence, the reason in its details, what was received."""

    code: grpc.StatusCode
    sentence: str
    reason: str
    retry: bool
    responses: list[pb.SynthesizeResponse] = field(default_factory=list)

    def payloads(self, name: str) -> list[Any]:
        """All received messages of one kind."""
        return [getattr(r, name) for r in self.responses if r.WhichOneof("payload") == name]


def pixels(ended: Outcome) -> list[bytes]:
    """The pixels of the pictures that a call brought, which had to go well.

    Not their files: each is signed, and a signature is another one each time.
    """
    assert ended.code is grpc.StatusCode.OK, ended.sentence
    return [decode_png(piece.data).tobytes() for piece in ended.payloads("frames")]


def call(
    channel: grpc.Channel, requests: Iterable[Request], deadline_s: float | None = None
) -> Outcome:
    """One whole call."""
    stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
    running = stub.Synthesize(iter(requests), timeout=deadline_s)
    responses: list[pb.SynthesizeResponse] = []
    with contextlib.suppress(grpc.RpcError):
        responses.extend(running)
    return outcome(running, responses)


def begin(
    channel: grpc.Channel,
    requests: Iterable[Request],
    deadline_s: float | None = None,
    stage: str = "denoise",
) -> Any:
    """Start a call and read until the denoiser, or another stage, is at work."""
    running = synthesis_pb2_grpc.SynthesisServiceStub(channel).Synthesize(
        iter(requests), timeout=deadline_s
    )
    for response in running:
        if response.progress.stage == stage:
            return running
    raise AssertionError(running.details())


def outcome(running: Any, responses: list[pb.SynthesizeResponse]) -> Outcome:
    """How a call ended, once it has."""
    info, retry, busy = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo(), False
    for key, value in running.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                detail.Unpack(info)
                busy = busy or detail.Unpack(retry)
    return Outcome(running.code(), running.details(), info.reason, busy, responses)
