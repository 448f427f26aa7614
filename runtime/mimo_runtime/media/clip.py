"""What is known of a clip once it has been demuxed."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """One validated clip.

    `width_px` and `height_px` are those of the upright picture, after the display rotation of
    `rotation_deg` (counterclockwise: 0, 90, 180 or 270). `timestamps_s` holds one time per frame
    in presentation order, from the stream's own time stamps; `rate_fps` is the average rate that
    the container states. `matrix` and `color_range` are the tags of the first frame, such as
    "bt709" and "limited", or "unspecified".
    """

    container: str
    codec: str
    pixel_format: str
    width_px: int
    height_px: int
    rotation_deg: int
    rate_fps: Fraction
    timestamps_s: tuple[float, ...]
    matrix: str
    color_range: str

    @property
    def frame_count(self) -> int:
        """Frames in the first video stream, counted by demuxing."""
        return len(self.timestamps_s)

    def to_wire(self) -> dict[str, Any]:
        """A mapping that JSON can carry without loss."""
        rate = self.rate_fps
        return asdict(self) | {"rate_fps": [rate.numerator, rate.denominator]}

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`."""
        rate = Fraction(*wire["rate_fps"])
        return cls(**wire | {"rate_fps": rate, "timestamps_s": tuple(wire["timestamps_s"])})
