"""Encoded frames of somebody that a live stream is driven by, and what is seen in them."""

from dataclasses import dataclass
from enum import StrEnum

from mimo_runtime.errors import InvalidRequestError

MAX_DRIVING_PX = 8192
MAX_DESCRIPTION_BYTES = 16 << 10
MAX_INDEX = 2**53  # what any language counts exactly


class DrivingCodec(StrEnum):
    """How driving frames are encoded, by FFmpeg's names."""

    MJPEG = "mjpeg"
    H264 = "h264"
    HEVC = "hevc"
    VP9 = "vp9"


class DrivenPerson(StrEnum):
    """Whether somebody is seen in them.

    SOUGHT: nobody was, long enough, until now. LOST: the last posture is held until somebody is.
    """

    SOUGHT = "sought"
    FOLLOWED = "followed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DrivingFormat:
    """Driving frames of one stream.

    `width_px` and `height_px` are of the picture as it is to be shown, upright and of square
    pixels; decoded ones are turned clockwise by `turn_deg`. `description` is avcC or hvcC where
    frames hold lengths instead of start codes.

    Raises:
        InvalidRequestError: naming the setting, its value and what is allowed.
    """

    codec: DrivingCodec
    width_px: int
    height_px: int
    turn_deg: int = 0
    description: bytes = b""

    def __post_init__(self) -> None:
        sides = self.width_px, self.height_px
        if not all(2 <= side <= MAX_DRIVING_PX for side in sides):
            raise InvalidRequestError(
                f"The driving picture is {sides[0]}x{sides[1]} px; give sides of 2 to "
                f"{MAX_DRIVING_PX}."
            )
        if self.turn_deg not in (0, 90, 180, 270):
            raise InvalidRequestError(f"turn_deg is {self.turn_deg}; give 0, 90, 180 or 270.")
        if len(self.description) > MAX_DESCRIPTION_BYTES:
            raise InvalidRequestError(
                f"The description has {len(self.description)} bytes; give avcC or hvcC of at most "
                f"{MAX_DESCRIPTION_BYTES}."
            )


@dataclass(frozen=True, slots=True)
class DrivingFrame:
    """One encoded frame, in the order of decoding.

    `index` counts frames at the stream's rate and rises in the order of showing; where it does not
    the frame is decoded and not looked at. `capture_s` is a time on the sender's clock.

    Raises:
        InvalidRequestError: the index cannot be counted, or there are no bytes.
    """

    index: int
    capture_s: float
    data: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_INDEX:
            raise InvalidRequestError(
                f"The index of a driving frame is {self.index}; give 0 to 2**53."
            )
        if not self.data:
            raise InvalidRequestError(f"Driving frame {self.index} is empty; leave it out.")


@dataclass(frozen=True, slots=True)
class Driven:
    """What is seen, once `taken` frames were taken to be decoded."""

    taken: int
    person: DrivenPerson

    @property
    def sentence(self) -> str:
        """What it means, for a person."""
        return _SENTENCES[self.person]


_SENTENCES = {
    DrivenPerson.SOUGHT: "Nobody is seen yet; show somebody from head to feet.",
    DrivenPerson.FOLLOWED: "Somebody is followed.",
    DrivenPerson.LOST: "The person is not seen; the last posture is held.",
}
