"""What the server says, as messages of the wire."""

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime import __version__
from mimo_runtime.bundle import Bundle
from mimo_runtime.planning.rules import OFFICIAL
from mimo_runtime.serving.options import MAX_MESSAGE_BYTES, ServerOptions
from mimo_runtime.sessions.encoding import EncodedFrames
from mimo_runtime.sessions.session import Event, Summary
from mimo_runtime.synthesis.request import OutputFormat
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.wire.enums import FRAMINGS, MODES, OUTPUT_KINDS, number_of
from mimo_runtime.wire.kinds import OutputKind
from mimo_runtime.wire.progress import Progress, Stage
from mimo_runtime.wire.solver import interval_text, step_table_text

SLICE_BYTES = 1 << 20
MAX_RATE_DENOMINATOR = 1_000_000


def bundle_info(bundle: Bundle) -> pb.BundleInfo:
    """What identifies a bundle."""
    manifest = bundle.manifest
    return pb.BundleInfo(
        name=manifest.name,
        model_sha256=bundle.digest,
        width_px=manifest.width_px,
        height_px=manifest.height_px,
        window_frames=manifest.frames,
    )


def limits(options: ServerOptions) -> pb.Limits:
    """What one stream may send."""
    inputs = options.limits
    return pb.Limits(
        max_message_bytes=MAX_MESSAGE_BYTES,
        max_picture_bytes=inputs.max_picture_bytes,
        max_video_bytes=inputs.media.max_file_bytes,
        max_total_bytes=inputs.max_total_bytes,
        max_picture_px=inputs.media.max_picture_px,
        max_video_frames=inputs.media.max_frames,
        idle_timeout_s=options.idle_timeout_s,
        min_send_bytes_per_s=options.min_send_bytes_per_s,
        min_read_bytes_per_s=options.min_read_bytes_per_s,
        max_picture_side_px=inputs.media.max_picture_side_px,
        max_picture_aspect=inputs.media.max_picture_aspect,
        max_video_width_px=inputs.media.max_width_px,
        max_video_height_px=inputs.media.max_height_px,
        max_work_px=inputs.max_work_px,
        max_official_frames=OFFICIAL.max_frames or 0,
    )


def server_info(bundle: Bundle, options: ServerOptions) -> pb.GetServerInfoResponse:
    """What the server runs and accepts."""
    return pb.GetServerInfoResponse(
        version=__version__,
        bundle=bundle_info(bundle),
        limits=limits(options),
        max_sessions=options.max_sessions,
        max_waiting=options.max_waiting,
    )


def ready(
    settings: ResolvedSettings, kind: OutputKind, bundle: Bundle, options: ServerOptions
) -> pb.SynthesizeResponse:
    """The config as it will be used, every field set."""
    config = pb.StreamConfig(
        steps=settings.steps,
        guidance=settings.guidance,
        seed=settings.seed,
        mode=number_of(MODES, settings.mode),
        framing=number_of(FRAMINGS, settings.framing),
        solver=settings.solver.value,
        step_table="" if settings.step_table is None else step_table_text(settings.step_table),
        guidance_interval=interval_text(settings.guidance_interval),
        output_kind=number_of(OUTPUT_KINDS, kind),
        width_px=bundle.manifest.width_px,
        height_px=bundle.manifest.height_px,
    )
    return pb.SynthesizeResponse(
        ready=pb.StreamReady(config=config, bundle=bundle_info(bundle), limits=limits(options))
    )


def waiting(position: int) -> pb.SynthesizeResponse:
    """That a stream waits, and how many go before it."""
    progress = pb.Progress(stage=Stage.WAITING, done=0, total=1, queue_position=position)
    return pb.SynthesizeResponse(progress=progress)


def responses(event: Event, manifest: bytes = b"") -> list[pb.SynthesizeResponse]:
    """The messages that tell one event of a session; several for frames of many bytes.

    `manifest` signs the video whose summary it is.
    """
    if isinstance(event, EncodedFrames):
        return _frames(event)
    if isinstance(event, Progress):
        return [pb.SynthesizeResponse(progress=progress_message(event))]
    if isinstance(event, OutputFormat):
        return [pb.SynthesizeResponse(output=output_message(event))]
    return [pb.SynthesizeResponse(summary=_summary(event, manifest))]


def progress_message(progress: Progress) -> pb.Progress:
    """How far one stage is."""
    return pb.Progress(stage=progress.stage, done=progress.done, total=progress.total)


def output_message(output: OutputFormat) -> pb.OutputFormat:
    """The video that will be delivered."""
    rate_fps = output.rate_fps.limit_denominator(MAX_RATE_DENOMINATOR)
    return pb.OutputFormat(
        width_px=output.width_px,
        height_px=output.height_px,
        rate_numerator=rate_fps.numerator,
        rate_denominator=rate_fps.denominator,
        frame_count=output.frame_count,
        truncated_frames=output.truncated_frames,
    )


def _summary(summary: Summary, manifest: bytes) -> pb.StreamSummary:
    return pb.StreamSummary(
        frame_count=summary.frame_count,
        first_frame_s=summary.first_frame_s,
        total_s=summary.total_s,
        frames_per_s=summary.frame_count / summary.total_s,
        manifest=manifest,
    )


def _frames(frames: EncodedFrames) -> list[pb.SynthesizeResponse]:
    starts = range(0, len(frames.data), SLICE_BYTES)
    return [
        pb.SynthesizeResponse(
            frames=pb.FrameChunk(
                first_frame=frames.first_frame,
                timestamps_s=frames.timestamps_s,
                data=frames.data[start : start + SLICE_BYTES],
                continued=start != starts[-1],
            )
        )
        for start in starts
    ]
