"""What a decoding child is asked to do."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.limits import MediaLimits


@dataclass(frozen=True, slots=True)
class DecodeJob:
    """One file for one child.

    Attributes:
        kind: "inspect", "decode", "picture" or "sound".
        name: what error sentences call the file.
        container: what the magic bytes say.
        limits: bounds on the file and on the work.
        decoder: "auto", "pyav" or "dali".
        batch_frames: frames that are handed over at once.
        width_px, height_px: of the frames that are handed over; 0 for those of the clip.
        peak_nits: of an HDR clip, where it has been measured before; else 0.
        finds_fields: whether an inspection looks for fields, and for frames that repeat others,
            of which nothing in the file tells.
        field_order: "tff" or "bff" where such fields have been found before; else "".
        is_film: whether these have been found to be those of a film.
        cadence: which frames have been found to be no repeats (`child.cadence`); "" for all.
        start_s, duration_s: of the sound that is handed over, on the clock of the time stamps.
    """

    kind: str
    name: str
    container: str
    limits: MediaLimits
    decoder: str = "pyav"
    batch_frames: int = 1
    width_px: int = 0
    height_px: int = 0
    peak_nits: float = 0.0
    finds_fields: bool = False
    field_order: str = ""
    is_film: bool = False
    cadence: str = ""
    start_s: float = 0.0
    duration_s: float = 0.0

    def size_px(self, info: ClipInfo) -> tuple[int, int]:
        """Width and height of the frames of a clip that are handed over."""
        return self.width_px or info.width_px, self.height_px or info.height_px

    def to_wire(self) -> dict[str, Any]:
        """A mapping that JSON can carry without loss."""
        return asdict(self)

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`."""
        return cls(**wire | {"limits": MediaLimits(**wire["limits"])})
