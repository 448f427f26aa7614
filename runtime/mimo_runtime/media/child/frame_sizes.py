"""Proof that all frames of a clip have one size, before a decoder that would not notice."""

from collections.abc import Iterator

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.demuxing import open_video
from mimo_runtime.media.child.vp9 import stated_sizes_px
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob


def check_one_size(file: int, job: DecodeJob, info: ClipInfo) -> None:
    """Check that the size does not change in mid-stream.

    DALI writes such frames into buffers of the first size: garbage, or a crash. VP9 may change
    with any frame, so its headers are read; other codecs only with key frames, so PyAV decodes
    those.

    Raises:
        MediaError: it changes.
    """
    sizes_px = _vp9_sizes_px(file, job) if info.codec == "vp9" else _key_frame_sizes_px(file, job)
    first = next(sizes_px)
    for size in sizes_px:
        if size != first:
            raise MediaError(
                f"'{job.name}' changes its size from {first[0]}x{first[1]} to "
                f"{size[0]}x{size[1]} pixels; all frames must have one size: encode it "
                "again at one."
            )


def _vp9_sizes_px(file: int, job: DecodeJob) -> Iterator[tuple[int, int]]:
    with open_video(file, job) as (container, stream):
        for packet in container.demux(stream):
            if packet.size:
                yield from stated_sizes_px(bytes(packet))


def _key_frame_sizes_px(file: int, job: DecodeJob) -> Iterator[tuple[int, int]]:
    with open_video(file, job, threads=4) as (container, stream):
        stream.codec_context.skip_frame = "NONKEY"
        for frame in container.decode(stream):
            yield frame.width, frame.height
