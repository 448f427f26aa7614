"""What a user may ask of one synthesis, checked when it is made."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from mimo_runtime.errors import InvalidRequestError

MAX_STEPS = 1000
MAX_SEED = 2**64 - 1

Word = TypeVar("Word", bound=StrEnum)


class Mode(StrEnum):
    """Whose numbers: those of the official code, or those with its listed errors mended."""

    OFFICIAL = "official"
    CORRECTED = "corrected"


class FramingPolicy(StrEnum):
    """What the networks see: the square around the person, or whole frames."""

    PERSON = "person"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one synthesis, as they are asked for; None leaves one to the bundle.

    `steps` solver steps; `guidance` scale of classifier-free guidance, off at 1 and below;
    `seed` of the first noise; `mode` is `official` (every number as the official code has it) or
    `corrected` (its listed errors mended: docs/architecture.md). `framing` is `person` (the
    networks see the square around the person, the result is put back into the scene) or `whole`
    (they see whole frames, and what they paint is the result). Both may be given as words.

    Raises:
        InvalidRequestError: naming the setting, its value and what is allowed.
    """

    steps: int | None = None
    guidance: float | None = None
    seed: int = 42
    mode: Mode | None = None
    framing: FramingPolicy = FramingPolicy.PERSON

    def __post_init__(self) -> None:
        if self.steps is not None and not 1 <= self.steps <= MAX_STEPS:
            raise InvalidRequestError(f"steps is {self.steps}; give 1 to {MAX_STEPS}.")
        if self.guidance is not None and not _is_scale(self.guidance):
            raise InvalidRequestError(
                f"guidance is {self.guidance}; give a number from 0 to 100 (1 and below: off)."
            )
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidRequestError(f"seed is {self.seed}; give 0 to {MAX_SEED}.")
        if self.mode is not None:
            object.__setattr__(self, "mode", _word("mode", self.mode, Mode))
        object.__setattr__(self, "framing", _word("framing", self.framing, FramingPolicy))


def _is_scale(guidance: float) -> bool:
    return math.isfinite(guidance) and 0 <= guidance <= 100


def _word(name: str, value: str, kind: type[Word]) -> Word:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        raise InvalidRequestError(f"{name} is '{value}'; give one of {known}.") from None
