"""What a user may ask of one synthesis, checked when it is made."""

import math
from dataclasses import dataclass

from mimo_runtime.errors import InvalidRequestError

OFFICIAL = "official"
CORRECTED = "corrected"
MODES = (OFFICIAL, CORRECTED)
PERSON = "person"
WHOLE = "whole"
FRAMINGS = (PERSON, WHOLE)
MAX_STEPS = 1000
MAX_SEED = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one synthesis.

    `steps` solver steps; `guidance` scale of classifier-free guidance, off at 1 and below;
    `seed` of the first noise; `mode` is `official` (every number as the official code has it) or
    `corrected` (its listed errors mended: docs/architecture.md). `framing` is `person` (the
    networks see the square around the person, the result is put back into the scene) or `whole`
    (they see whole frames, and what they paint is the result).

    Raises:
        InvalidRequestError: naming the setting, its value and what is allowed.
    """

    steps: int = 25
    guidance: float = 3.5
    seed: int = 42
    mode: str = OFFICIAL
    framing: str = PERSON

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MAX_STEPS:
            raise InvalidRequestError(f"steps is {self.steps}; give 1 to {MAX_STEPS}.")
        if not math.isfinite(self.guidance) or not 0 <= self.guidance <= 100:
            raise InvalidRequestError(
                f"guidance is {self.guidance}; give a number from 0 to 100 (1 and below: off)."
            )
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidRequestError(f"seed is {self.seed}; give 0 to {MAX_SEED}.")
        for name, value, known in (
            ("mode", self.mode, MODES),
            ("framing", self.framing, FRAMINGS),
        ):
            if value not in known:
                raise InvalidRequestError(f"{name} is '{value}'; give one of {', '.join(known)}.")

    @property
    def guided(self) -> bool:
        """Whether the unconditional half is computed at all."""
        return self.guidance > 1.0

    @property
    def official(self) -> bool:
        """Whether the official code's deviations are reproduced."""
        return self.mode == OFFICIAL
