"""What is told while a synthesis runs."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` units of a stage (boxes, identity, scene, denoise, frames) are finished."""

    stage: str
    done: int
    total: int


OnProgress = Callable[[Progress], None]
