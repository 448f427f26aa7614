"""Encoded frames that come one by one, as a camera."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from mimo_runtime.arrays import Pixels
from mimo_runtime.capture.queued import Queued
from mimo_runtime.capture.streams import SHORT_SIDE_PX
from mimo_runtime.decomposition.clip import fitted_size
from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.fitting.motion_fit import FOCAL_PER_SIDE
from mimo_runtime.media.child.colour import colour_of, matrix_number
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.wire.driving import DrivingFormat, DrivingFrame
from mimo_runtime.wire.live import CameraNumbers, QueuePolicy

_MOST_REORDERED = 64  # frames that a decoder may hold back: HEVC allows 16
_ROUNDED_PX = 128
_KEPT_S = 1.0  # of a stream whose every frame counts, before it begins


@dataclass(frozen=True, slots=True)
class Look:
    """A decoded frame, uint8 [height, width, 3], to be looked at."""

    index: int
    capture_s: float
    pixels: Pixels


def driving_size(driving: DrivingFormat) -> tuple[int, int]:
    """Width and height in which frames are looked at and made."""
    return fitted_size(driving.width_px, driving.height_px, SHORT_SIDE_PX)


def driving_camera(driving: DrivingFormat) -> CameraNumbers:
    """What is planned with before the camera is found: of its size and focal length."""
    width_px, height_px = driving_size(driving)
    focal_px = FOCAL_PER_SIDE * max(width_px, height_px)
    level = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, -1.0)
    middle = (width_px / 2, height_px / 2)
    return CameraNumbers(width_px, height_px, focal_px, middle, level, (0.0, 0.0, 0.0))


class PacketStream:
    """Frames of `packets`, decoded in a thread beside; `on_taken` hears of each.

    They are of `size_px`, upright. Of a LIVE stream the newest are kept; of a LOSSLESS one those
    that `first` gave come again, as many as are a second.
    """

    def __init__(
        self,
        packets: Iterable[DrivingFrame],
        driving: DrivingFormat,
        rate_fps: Fraction,
        policy: QueuePolicy,
        limits: MediaLimits,
        on_taken: Callable[[], None],
    ) -> None:
        self.size_px, self.rate_fps = driving_size(driving), rate_fps
        self._packets, self._driving, self._limits = packets, driving, limits
        self._on_taken = on_taken
        replayed = max(2, round(_KEPT_S * float(rate_fps))) if policy is QueuePolicy.LOSSLESS else 0
        self._kept: deque[Look] = deque(maxlen=replayed)
        self._reformatter = VideoReformatter()
        self._queued = Queued[Look](self._decoded(), policy)
        self._queued.start()
        self._looks = iter(self._queued)

    def first(self) -> Iterator[Pixels]:
        """Frames to look at before it begins."""
        for look in self._looks:
            self._kept.append(look)
            yield look.pixels

    def frames(self) -> Iterator[Look]:
        """Each frame as soon as it is decoded.

        Raises:
            MediaError: one cannot be decoded.
            LimitExceededError: one is too large.
        """
        while self._kept:
            yield self._kept.popleft()
        yield from self._looks

    def _decoded(self) -> Iterator[Look]:
        """Frames whose index rises, in the order of showing."""
        sent: dict[int, DrivingFrame] = {}
        last = -1
        for number, picture in self._pictures(sent):
            packet = sent.pop(number)
            for older in [each for each in sent if each < number - _MOST_REORDERED]:
                del sent[older]
            if packet.index > last:
                last = packet.index
                yield Look(packet.index, packet.capture_s, self._pixels(picture))

    def _pictures(self, sent: dict[int, DrivingFrame]) -> Iterator[tuple[int, VideoFrame]]:
        """Decoded pictures with the numbers of their packets, which go into `sent`."""
        context = self._context()
        number = -1
        try:
            for number, frame in enumerate(self._packets):
                sent[number] = frame
                packet = av.Packet(frame.data)
                packet.pts = packet.dts = number
                for picture in context.decode(packet):
                    yield self._checked(picture, number), picture
                self._on_taken()
            for picture in context.decode(None):
                yield self._checked(picture, number), picture
        except (av.error.FFmpegError, ValueError) as error:
            raise MediaError(
                f"The driving frames cannot be decoded: the one after {number} others is damaged, "
                f"too large or not {self._driving.codec} ({str(error).splitlines()[0]}); send "
                "every frame from a key frame on, whole and in order."
            ) from None

    def _context(self) -> VideoCodecContext:
        context = av.CodecContext.create(self._driving.codec.value, "r")
        assert isinstance(context, VideoCodecContext)
        limits = self._limits  # decoders round sides up before they compare
        most_px = (limits.max_width_px + _ROUNDED_PX) * (limits.max_height_px + _ROUNDED_PX)
        context.options = {"max_pixels": str(most_px), "err_detect": "explode"}
        context.thread_count = 1  # threads of FFmpeg's would hold back a frame each
        if self._driving.description:
            context.extradata = self._driving.description
        return context

    def _checked(self, picture: VideoFrame, number: int) -> int:
        """The number of the packet of a decoded picture, which is whole and not too large."""
        width_px, height_px = picture.width, picture.height
        if picture.is_corrupt or picture.pts is None or not 0 <= picture.pts <= number:
            raise ValueError("a damaged picture")
        if max(width_px, height_px) > max(self._limits.max_width_px, self._limits.max_height_px):
            raise LimitExceededError(
                f"The driving frames are of {width_px}x{height_px} pixels, more than the "
                f"{self._limits.max_width_px}x{self._limits.max_height_px} accepted; send smaller "
                "ones."
            )
        return picture.pts

    def _pixels(self, picture: VideoFrame) -> Pixels:
        quarters = self._driving.turn_deg // 90
        width_px, height_px = self.size_px[::-1] if quarters % 2 else self.size_px
        smaller = width_px * height_px < picture.width * picture.height
        rgb = self._reformatter.reformat(
            picture,
            width=width_px,
            height=height_px,
            format="rgb24",
            src_colorspace=matrix_number(colour_of(picture)),
            interpolation=Interpolation.AREA if smaller else Interpolation.BICUBIC,
            threads=1,
        )
        return np.ascontiguousarray(np.rot90(rgb.to_ndarray(), -quarters))
