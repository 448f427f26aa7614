"""One synthesis on a server: send the inputs, receive the frames, write the result."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.client.channel import open_channel, token_metadata
from mimo_runtime.client.failure import error_from
from mimo_runtime.client.inputs import InputFile, Inputs
from mimo_runtime.client.sink import FinishMovie, PieceSink, keep_movie, open_sink
from mimo_runtime.errors import CancelledError, ProtocolError
from mimo_runtime.wire.enums import FRAMINGS, MODES, OUTPUT_KINDS, number_of
from mimo_runtime.wire.kinds import OutputKind, output_kind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.progress import OnProgress, Progress
from mimo_runtime.wire.settings import Settings


@dataclass(frozen=True, slots=True)
class CallSummary:
    """How a synthesis went, as the client saw it.

    `first_frame_s` and `total_s` count from the start of the call, in seconds; `frames_per_s`
    is the server's, without the way there and back. `truncated_frames` of the template are not in
    it, since the mode takes no more.
    """

    frame_count: int
    first_frame_s: float
    total_s: float
    frames_per_s: float
    truncated_frames: int = 0


def synthesize(
    server: str,
    inputs: Inputs,
    settings: Settings,
    output: Path,
    on_progress: OnProgress,
    *,
    deadline_s: float | None = None,
    tls_root: Path | None = None,
    finish_movie: FinishMovie = keep_movie,
) -> CallSummary:
    """Synthesise on the server at `HOST:PORT` and write `output`: an .mp4 file, or a folder of PNG.

    `tls_root` is the PEM file of the authority that signed the server's certificate; None speaks
    without TLS. A movie comes in fragments; `finish_movie` makes the file that is asked for of it,
    and keeps it as it is where nothing is given, with the manifest that signs it beside it. Ctrl-C
    cancels the call. What fails leaves no output.

    Raises:
        ServerUnreachableError: no server answers, or it went away.
        MimoError: whatever the server, or the reading of the inputs, found wrong.
    """
    config = stream_config(settings, output_kind(output))
    files = inputs.files()
    with open_channel(server, tls_root) as channel, open_sink(output, finish_movie) as sink:
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        call = stub.Synthesize(
            _requests(config, files), timeout=deadline_s, metadata=token_metadata()
        )
        try:
            return _receive(call, sink, on_progress)
        except grpc.RpcError:
            raise error_from(call, server) from None
        except KeyboardInterrupt:
            raise CancelledError("Cancelled; nothing was written.") from None
        finally:
            call.cancel()


def stream_config(
    settings: Settings, kind: OutputKind, view: MotionView | None = None
) -> pb.StreamConfig:
    """The settings as a message of the wire."""
    return pb.StreamConfig(
        motion_view=_view(view) if view else None,
        steps=settings.steps,
        guidance=settings.guidance,
        seed=settings.seed,
        mode=number_of(MODES, settings.mode) if settings.mode else pb.MODE_UNSPECIFIED,
        framing=number_of(FRAMINGS, settings.framing),
        solver=settings.solver or "",
        step_table=settings.step_table or "",
        guidance_interval=settings.guidance_interval or "",
        output_kind=number_of(OUTPUT_KINDS, kind),
    )


def _view(view: MotionView) -> pb.MotionView:
    return pb.MotionView(
        camera=view.camera, width_px=view.width_px, height_px=view.height_px, fps=view.fps
    )


def _requests(config: pb.StreamConfig, files: list[InputFile]) -> Iterator[pb.SynthesizeRequest]:
    yield pb.SynthesizeRequest(config=config)
    for file in files:
        for chunk in file.chunks():
            yield pb.SynthesizeRequest(chunk=chunk)


def _receive(
    responses: Iterator[pb.SynthesizeResponse], sink: PieceSink, on_progress: OnProgress
) -> CallSummary:
    began_at_s = time.monotonic()
    first_frame_s = 0.0
    told = None
    truncated_frames = 0
    for response in responses:
        payload = response.WhichOneof("payload")
        if payload == "progress":
            progress = response.progress
            on_progress(Progress(progress.stage, progress.done, progress.total))
        elif payload == "output":
            truncated_frames = response.output.truncated_frames
        elif payload == "frames":
            if response.frames.timestamps_s and not first_frame_s:
                first_frame_s = time.monotonic() - began_at_s
            sink.append(response.frames)
        elif payload == "summary":
            told = response.summary
            sink.manifest = told.manifest
    if told is None:
        raise ProtocolError("The server ended without a summary; it may be another version.")
    total_s = time.monotonic() - began_at_s
    frames_per_s = told.frames_per_s
    return CallSummary(told.frame_count, first_frame_s, total_s, frames_per_s, truncated_frames)
