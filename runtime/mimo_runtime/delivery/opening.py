"""Where delivered frames are written: the one door for whole renders, drafts and stitched shots."""

from pathlib import Path
from typing import Protocol, Self

from mimo_runtime.arrays import Pixels
from mimo_runtime.delivery.deep_movie import open_deep_movie
from mimo_runtime.delivery.deep_pictures import DeepPictures
from mimo_runtime.delivery.delivery import Delivery, MovieFormat, delivered_kind
from mimo_runtime.delivery.feasibility import check_delivery
from mimo_runtime.delivery.finisher import DeliveredClip, Finisher
from mimo_runtime.delivery.finishing import Picture
from mimo_runtime.delivery.timecode import Timecode, timecode_from
from mimo_runtime.frame_folder import FrameFiles, FrameFormat
from mimo_runtime.media.frame_sink import FrameSink, Target
from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sink import open_sink
from mimo_runtime.media.sound import Sound
from mimo_runtime.synthesis.frame_layers import FrameLayers
from mimo_runtime.wire.kinds import OutputKind


class PictureTarget(Protocol):
    """What writes pictures that are finished."""

    def write(self, index: int, picture: Picture) -> None:
        """Take one; indices ascend from 0."""

    def commit(self) -> None:
        """See `Target.commit`."""

    def discard(self) -> None:
        """See `Target.discard`."""


class DeliverySink(Target):
    """Takes rendered frames; what is delivered appears as `Target` says."""

    def __init__(self, target: FrameSink | PictureTarget, finisher: Finisher | None = None) -> None:
        self._target = target
        self._finisher = finisher

    def write(self, index: int, rgb: Pixels, layers: FrameLayers | None = None) -> None:
        """Take a frame, uint8 RGB [height, width, 3], and what it was put together of.

        Indices ascend from 0. Errors as in `FrameSink.write`, and MediaError where a plate cannot
        be read.
        """
        if isinstance(self._target, FrameSink):
            self._target.write(index, rgb)
        else:
            assert self._finisher is not None
            self._target.write(index, self._finisher.picture(rgb, layers))

    def commit(self) -> None:
        """See `Target.commit`."""
        self._target.commit()

    def discard(self) -> None:
        """See `Target.discard`."""
        if self._finisher:
            self._finisher.close()
        self._target.discard()

    def __enter__(self) -> Self:
        return self


def open_delivery(
    output: Path,
    delivery: Delivery,
    clip: DeliveredClip,
    note: str = "",
    sound: Sound | None = None,
    seal: Seal | None = None,
) -> DeliverySink:
    """A sink for `output`, a video file or a folder of pictures.

    `note` is text that travels with it (`media.note`), `sound` what is heard with a video, `seal`
    what signs a video, and PNG pictures without layers.

    Raises:
        InvalidRequestError: what `check_delivery` refuses, a wrong timecode, or a place where
            nothing can be written.
    """
    check_delivery(output, delivery)
    number = delivery.first_frame + clip.frames.start
    files = FrameFiles(delivery.pictures, number)
    if _is_plain(output, delivery):
        size_px, rate_fps = clip.size_px, clip.rate_fps
        return DeliverySink(open_sink(output, *size_px, rate_fps, note, sound, files, seal))
    timecode = _timecode(delivery, clip)
    finisher = Finisher(output, delivery, clip)
    if delivered_kind(output) is OutputKind.VIDEO:
        return DeliverySink(
            open_deep_movie(output, delivery, clip, finisher.space, timecode, note, sound, seal),
            finisher,
        )
    pictures = DeepPictures(output, delivery, clip.rate_fps, files, finisher.space, timecode, note)
    return DeliverySink(pictures, finisher)


def _is_plain(output: Path, delivery: Delivery) -> bool:
    """Whether 8 bits in the usual space are all that is wanted."""
    usual = Delivery(delivery.pictures).space_of(output) == delivery.space_of(output)
    if delivery.needs_layers or delivery.timecode is not None or not usual:
        return False
    if delivered_kind(output) is OutputKind.VIDEO:
        return output.suffix.lower() == ".mp4" and delivery.movie_of(output) is MovieFormat.H264
    return delivery.pictures in (FrameFormat.PNG, FrameFormat.EXR)


def _timecode(delivery: Delivery, clip: DeliveredClip) -> Timecode | None:
    """That of the first frame that is delivered."""
    if delivery.timecode is None:
        return None
    return timecode_from(delivery.timecode, clip.rate_fps).after(clip.frames.start)
