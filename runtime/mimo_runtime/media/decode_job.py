"""What a decoding child is asked to do."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from mimo_runtime.media.limits import MediaLimits


@dataclass(frozen=True, slots=True)
class DecodeJob:
    """One file for one child.

    `kind` is "inspect", "decode" or "picture"; `container` is what the magic bytes say; `name` is
    what error sentences call the file.
    """

    kind: str
    name: str
    container: str
    limits: MediaLimits
    decoder: str = "pyav"
    batch_frames: int = 1

    def to_wire(self) -> dict[str, Any]:
        """A mapping that JSON can carry without loss."""
        return asdict(self)

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`."""
        return cls(**wire | {"limits": MediaLimits(**wire["limits"])})
