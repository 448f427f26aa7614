"""What a user may ask of one synthesis, checked when it is made."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.solver import Solver, Spacing, StepTable, parse_interval, parse_step_table

MAX_STEPS = 1000
MAX_SEED = 2**64 - 1

Word = TypeVar("Word", bound=StrEnum)


class Mode(StrEnum):
    """Whose numbers: those of the official code, those with its listed errors mended, or those of
    a render that may take its time: corrected, by a solver of second order.
    """

    OFFICIAL = "official"
    CORRECTED = "corrected"
    OFFLINE = "offline"


class FramingPolicy(StrEnum):
    """What the networks see: the square around the person, or whole frames."""

    PERSON = "person"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one synthesis, as they are asked for; None leaves one to the bundle.

    `steps` solver steps; `guidance` scale of classifier-free guidance, off at 1 and below;
    `seed` of the first noise; `mode` is `official` (every number as the official code has it),
    `corrected` (its listed errors mended: docs/architecture.md) or `offline`. `framing` is `person`
    (the networks see the square around the person, the result is put back into the scene) or
    `whole` (they see whole frames, and what they paint is the result). These and `solver` may be
    given as words. `step_table` and `guidance_interval` are texts as `parse_step_table` and
    `parse_interval` read them; timesteps that are listed are the steps.

    Raises:
        InvalidRequestError: naming the setting, its value and what is allowed.
    """

    steps: int | None = None
    guidance: float | None = None
    seed: int = 42
    mode: Mode | None = None
    framing: FramingPolicy = FramingPolicy.PERSON
    solver: Solver | None = None
    step_table: str | None = None
    guidance_interval: str | None = None

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
        if self.solver is not None:
            object.__setattr__(self, "solver", _word("solver", self.solver, Solver))
        if self.step_table is not None:
            self._check_listed(parse_step_table(self.step_table))
        if self.guidance_interval is not None:
            parse_interval(self.guidance_interval)

    def _check_listed(self, table: StepTable) -> None:
        if not isinstance(table, Spacing) and self.steps not in (None, len(table)):
            raise InvalidRequestError(
                f"steps is {self.steps} and the step table lists {len(table)}; leave one of them "
                "out."
            )


def _is_scale(guidance: float) -> bool:
    return math.isfinite(guidance) and 0 <= guidance <= 100


def _word(name: str, value: str, kind: type[Word]) -> Word:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        raise InvalidRequestError(f"{name} is '{value}'; give one of {known}.") from None
