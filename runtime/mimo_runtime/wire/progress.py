"""What is told while a synthesis runs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What is counted while a synthesis runs; stages may run side by side."""

    WAITING = "waiting"
    CHARACTER = "character"
    BOXES = "boxes"
    IDENTITY = "identity"
    SCENE = "scene"
    DENOISE = "denoise"
    FRAMES = "frames"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` units of a `Stage`, or of one that a newer server has, are finished."""

    stage: str
    done: int
    total: int


OnProgress = Callable[[Progress], None]
