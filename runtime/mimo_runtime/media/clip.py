"""What is known of a clip once it has been demuxed."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Self

from mimo_runtime.media.orientation import UPRIGHT, Orientation

HLG, PQ = "arib-std-b67", "smpte2084"
HDR_TRANSFERS = (HLG, PQ)
LINEAR, DCI = "linear", "smpte428"  # curves that no display for BT.709 shows as they are
WIDE_GAMUTS = ("bt2020", "smpte431", "smpte432")
_RATIOS = ("rate_fps", "pixel_aspect")


@dataclass(frozen=True, slots=True)
class ClipColour:
    """What the samples of a clip mean, by the names of FFmpeg.

    Attributes:
        matrix: from Y'CbCr to R'G'B', such as "bt709"; where the clip does not say, `is_guessed`.
        color_range: "limited", "full" or "unspecified", which is limited.
        primaries, transfer: such as "bt2020" and "arib-std-b67", or "unspecified".
        peak_nits: the brightest that was measured, of a clip of `HDR_TRANSFERS`; else 0.
        has_alpha: whether samples have an opacity. The frames show them on white.
    """

    matrix: str = "bt709"
    color_range: str = "limited"
    primaries: str = "unspecified"
    transfer: str = "unspecified"
    is_guessed: bool = False
    peak_nits: float = 0.0
    has_alpha: bool = False

    @property
    def is_hdr(self) -> bool:
        """Whether it has to be tone-mapped."""
        return self.transfer in HDR_TRANSFERS

    @property
    def is_bt709(self) -> bool:
        """Whether R'G'B' is what is worked in."""
        has_own_curve = self.is_hdr or self.transfer in (LINEAR, DCI)
        return not has_own_curve and self.primaries not in WIDE_GAMUTS


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """One validated clip.

    Attributes:
        container, codec, pixel_format: by the names of FFmpeg.
        width_px, height_px: of the picture as it is to be shown: upright, of square pixels.
        rate_fps: of the gaps between frames (`frame_rate.rate_of`).
        timestamps_s: one per frame in presentation order, from the stream's own time stamps.
        colour: what the samples mean.
        orientation: how the stored picture is to be turned.
        pixel_aspect: width to height of a stored pixel.
        last_frame_s: how long the last frame is shown; 0 where the container does not say.
        is_interlaced: whether frames are two fields each.
        field_order: the earlier field, "tff" or "bff", where only the pictures tell; else "".
        is_film: whether the fields are those of a film, whose own frames are given then.
        cadence: which of the stored frames are given, as `child.cadence` has it; "" for all.
        skipped_frames: how many cannot be decoded because the clip begins in the middle.
        is_cut_off: whether it breaks off; a last packet that is not whole was left out.
        parts: how many recordings were joined, with time stamps that begin anew.
        video_streams: how many there are in the file.
    """

    container: str
    codec: str
    pixel_format: str
    width_px: int
    height_px: int
    rate_fps: Fraction
    timestamps_s: tuple[float, ...]
    colour: ClipColour = ClipColour()
    orientation: Orientation = UPRIGHT
    pixel_aspect: Fraction = Fraction(1)
    last_frame_s: float = 0.0
    is_interlaced: bool = False
    field_order: str = ""
    is_film: bool = False
    cadence: str = ""
    skipped_frames: int = 0
    is_cut_off: bool = False
    parts: int = 1
    video_streams: int = 1

    @property
    def frame_count(self) -> int:
        """Frames that can be decoded, counted by demuxing."""
        return len(self.timestamps_s)

    def to_wire(self) -> dict[str, Any]:
        """A mapping that JSON can carry without loss."""
        ratios = {name: getattr(self, name).as_integer_ratio() for name in _RATIOS}
        return asdict(self) | ratios

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`."""
        known: dict[str, Any] = {name: Fraction(*wire[name]) for name in _RATIOS}
        known["timestamps_s"] = tuple(wire["timestamps_s"])
        known["colour"] = ClipColour(**wire["colour"])
        known["orientation"] = Orientation(**wire["orientation"])
        return cls(**wire | known)
