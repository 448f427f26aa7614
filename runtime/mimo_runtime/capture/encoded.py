"""Encoded frames of somebody for a server that looks at them: a file played at its rate, a pipe."""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import av
import av.error
from av.video.stream import VideoStream

from mimo_runtime.capture.streams import SHORT_SIDE_PX, driving_clip, open_pipe, pipe_rate
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.wire.driving import DrivingCodec, DrivingFormat, DrivingFrame

_TURNS = {(False, False, False): 0, (True, True, False): 90, (False, True, True): 180,
          (True, False, True): 270}  # fmt: skip
_LENGTHS = 1  # the first byte of avcC and hvcC; of start codes it is 0
_ELSEWHERE = "have its motion found by the client instead, or encode it again to H.264"


class EncodedSource(Protocol):
    """Encoded frames in the format `driving`, to be looked at `rate_fps` times a second."""

    driving: DrivingFormat
    rate_fps: Fraction

    def frames(self) -> Iterator[DrivingFrame]:
        """Each when its time has come, in the order of decoding."""


class EncodedFile:
    """The video at `path`, played at its rate; `rate_fps` of its frames are looked at.

    Raises:
        MediaError: the file is no video, or a damaged one.
        InvalidRequestError: a server cannot decode it frame by frame, or it has fewer frames a
            second.
    """

    def __init__(self, path: Path, rate_fps: Fraction | None) -> None:
        clip = driving_clip(path, rate_fps, SHORT_SIDE_PX)
        self._path, self._indices = path, clip.indices
        self.rate_fps = clip.rate_fps
        with av.open(path) as container:
            stream = container.streams.video[0]
            self._shown = sorted(pts for pts, _ in _packets(container, stream))
            self.driving = _format(stream, clip.info)
        if len(self._shown) != clip.info.frame_count:
            raise InvalidRequestError(
                f"'{path.name}' holds frames that are not shown; {_ELSEWHERE}."
            )

    def frames(self) -> Iterator[DrivingFrame]:
        """See `EncodedSource`."""
        numbers = {pts: number for number, pts in enumerate(self._shown)}
        with av.open(self._path) as container:
            stream = container.streams.video[0]
            yield from _played(container, stream, lambda pts, _: self._index(numbers[pts]))

    def _index(self, number: int) -> int:
        """Of a frame of the file at the stream's rate: that of the last one which is looked at."""
        return max(bisect_right(self._indices, number) - 1, 0)


class EncodedPipe:
    """A video that another program writes into `file`, in any container that can be streamed.

    Raises:
        MediaError: no video comes.
        InvalidRequestError: a server cannot decode it frame by frame.
    """

    def __init__(self, file: BinaryIO, rate_fps: Fraction | None) -> None:
        self._container, self._stream = open_pipe(file)
        self.rate_fps = Fraction(rate_fps or pipe_rate(self._stream))
        self.driving = _format(self._stream, None)

    def frames(self) -> Iterator[DrivingFrame]:
        """See `EncodedSource`."""
        rate_fps = float(self.rate_fps)
        yield from _played(
            self._container, self._stream, lambda _, time_s: max(0, round(time_s * rate_fps))
        )


def _played(
    container: Any, stream: VideoStream, index_of: Callable[[int, float], int]
) -> Iterator[DrivingFrame]:
    """Packets, each when it is due by the clock."""
    base_s = float(stream.time_base or 1)
    began_s = first_due_s = first_shown_s = 0.0
    begun = False
    try:
        for pts, packet in _packets(container, stream):
            shown_s, due_s = pts * base_s, (pts if packet.dts is None else packet.dts) * base_s
            if not begun:
                begun, began_s = True, time.monotonic()
                first_due_s, first_shown_s = due_s, shown_s
            time.sleep(max(began_s + due_s - first_due_s - time.monotonic(), 0))
            time_s = shown_s - first_shown_s  # it is due earlier where frames are reordered
            yield DrivingFrame(index_of(pts, time_s), began_s + time_s, bytes(packet))
    except av.error.FFmpegError:
        return  # a program that ends leaves half a packet


def _packets(container: Any, stream: VideoStream) -> Iterator[tuple[int, Any]]:
    """Packets with their time stamps, in the order of decoding."""
    return ((p.pts, p) for p in container.demux(stream) if p.size and p.pts is not None)


def _format(stream: VideoStream, info: ClipInfo | None) -> DrivingFormat:
    context = stream.codec_context
    codec, size_px, turn_deg = context.codec.canonical_name, (context.width, context.height), 0
    if codec not in tuple(DrivingCodec):
        raise InvalidRequestError(
            f"The driving video is {codec}, which no server decodes frame by frame; {_ELSEWHERE}."
        )
    if info is not None:
        size_px = info.width_px, info.height_px
        way = info.orientation
        turn = _TURNS.get((way.is_transposed, way.is_mirrored, way.is_flipped))
        if turn is None or info.is_interlaced or info.colour.is_hdr or info.parts > 1:
            raise InvalidRequestError(
                f"The driving video is mirrored, interlaced, HDR or of several parts; {_ELSEWHERE}."
            )
        turn_deg = turn
    extra = context.extradata or b""
    described = codec in ("h264", "hevc") and extra[:1] == bytes([_LENGTHS])
    if not all(size_px):
        raise MediaError("The driving video does not say its size; encode it again.")
    return DrivingFormat(DrivingCodec(codec), *size_px, turn_deg, extra if described else b"")
