"""Which of a file's streams is the video."""

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from mimo_runtime.errors import MediaError
from mimo_runtime.media.decode_job import DecodeJob

_STILL = Disposition.attached_pic | Disposition.timed_thumbnails
_PICTURE_CODECS = ("mjpeg", "png")
CODECS = (
    "h264", "hevc", "av1", "vp8", "vp9", "mjpeg", "mpeg4", "msmpeg4v3", "mpeg2video", "dvvideo",
    "prores", "dnxhd", "ffv1", "qtrle", "png",
)  # fmt: skip


def chosen_stream(container: InputContainer, job: DecodeJob) -> VideoStream:
    """The default stream where one is; else the largest of those that can be decoded.

    A stream of single pictures beside another is a cover or a preview, marked as that or not.

    Raises:
        MediaError: there is none.
    """
    streams = video_streams(container)
    if not streams:
        raise MediaError(f"'{job.name}' holds no video stream; give a file with moving pictures.")
    usable = [one for one in streams if codec_name(one) in CODECS] or streams
    usable = [one for one in usable if codec_name(one) not in _PICTURE_CODECS] or usable
    default = [one for one in usable if one.disposition & Disposition.default]
    return default[0] if len(default) == 1 else max(default or usable, key=_size)


def _size(stream: VideoStream) -> tuple[int, int]:
    """Pixels, then frames: a sequence of pictures has one that stands for it beside it."""
    return stream.width * stream.height, stream.frames


def video_streams(container: InputContainer) -> list[VideoStream]:
    """The streams that are moving pictures: cover art and thumbnails are not."""
    return [s for s in container.streams.video if not s.disposition & _STILL]


def codec_name(stream: VideoStream) -> str:
    """The codec's own name ("av1"), not that of the decoder ("libdav1d")."""
    return stream.codec_context.codec.canonical_name if stream.codec_context else "of no known kind"
