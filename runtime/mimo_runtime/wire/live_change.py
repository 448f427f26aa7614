"""What a running live stream is to go on with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimo_runtime.errors import InvalidRequestError


@dataclass(frozen=True, slots=True)
class LiveChange:
    """What is None stays as it is; a new character without `matte` has none.

    `solver`, `step_table` and `guidance_interval` as in `Settings`; empty for what is used where
    none is given.

    `number` comes back with the answer; 0 is that of a scene that was sent by itself. It holds for
    no posture before `from_index`, and for the first one after that for which it is ready. Where
    `displayed_frame` tells which frame its user saw, `from_index` counts from the posture of that.
    """

    number: int = 0
    from_index: int = 0
    character: Path | None = None
    matte: Path | None = None
    scene: Path | None = None
    steps: int | None = None
    guidance: float | None = None
    latency_s: float | None = None
    displayed_frame: int | None = None
    solver: str | None = None
    step_table: str | None = None
    guidance_interval: str | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What of `Settings` is another."""
        given = {name: getattr(self, name) for name in ("steps", "guidance")}
        words = {
            name: getattr(self, name) for name in ("solver", "step_table", "guidance_interval")
        }
        changed = {name: value for name, value in given.items() if value is not None}
        return changed | {name: text or None for name, text in words.items() if text is not None}

    def __post_init__(self) -> None:
        if self.matte is not None and self.character is None:
            raise InvalidRequestError("A matte comes with its character; change both.")

    @property
    def replans(self) -> bool:
        """Whether more than the scene is another."""
        others = (self.character, self.latency_s)
        return bool(self.settings) or any(each is not None for each in others)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is."""
        return self.scene is None and not self.replans
