"""What components take of a device's memory, known before they are loaded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of one component: while it is loaded, and more while it computes."""

    resident_bytes: int
    working_bytes: int


_IDENTITY = ("image_encoder", "vae_encoder", "reference", "identity")
_FRAMES = ("vae_encoder", "condition", "time_embedding", "vae_decoder")


def job_peak_bytes(
    footprint: Callable[[str], Footprint], denoisers: Iterable[str], beside_bytes: int = 0
) -> int:
    """The most that the components of a job take: reading a character, then making frames.

    `denoisers` are those that are used here; `beside_bytes` is what others hold while frames are
    made. What only the character needs is given back between.
    """
    character = peak_bytes(map(footprint, _IDENTITY))
    frames = peak_bytes(map(footprint, (*_FRAMES, *denoisers)))
    return max(character, frames + beside_bytes)


def peak_bytes(footprints: Iterable[Footprint]) -> int:
    """All of them loaded, and the one that needs most computing."""
    loaded = list(footprints)
    resident = sum(each.resident_bytes for each in loaded)
    return resident + max((each.working_bytes for each in loaded), default=0)
