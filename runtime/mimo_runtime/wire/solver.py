"""How a clip is denoised, as a user asks for it: the solver, its steps, where there is guidance."""

import math
from enum import StrEnum
from itertools import pairwise

from mimo_runtime.errors import InvalidRequestError

Interval = tuple[float, float]


class Solver(StrEnum):
    """What leads from the latents of one step to those of the next.

    DDIM is of first order and what the official code has (arXiv 2010.02502). DPMPP_2M is of second
    order: it goes on with what the step before predicted (DPM-Solver++ 2M, arXiv 2211.01095).
    """

    DDIM = "ddim"
    DPMPP_2M = "dpmpp-2m"


class Spacing(StrEnum):
    """How the timesteps of the steps are chosen.

    TRAILING and LEADING are evenly spaced, ending or beginning with the noisiest (arXiv
    2305.08891). EVEN_ANGLE turns by the same angle each step, of the circle of signal and noise on
    which a v-prediction network moves (arXiv 2202.00512).
    """

    TRAILING = "trailing"
    LEADING = "leading"
    EVEN_ANGLE = "even-angle"


StepTable = Spacing | tuple[int, ...]


def parse_step_table(text: str) -> StepTable:
    """A spacing by its name, or timesteps such as "999,700,300".

    Raises:
        InvalidRequestError: it is neither, or the timesteps do not fall.
    """
    try:
        return Spacing(text)
    except ValueError:
        pass
    try:
        timesteps = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InvalidRequestError(
            f"The step table is '{text[:80]}'; give {', '.join(Spacing)} or timesteps that fall, "
            "such as 999,700,300."
        ) from None
    check_timesteps(timesteps)
    return timesteps


def check_timesteps(timesteps: tuple[int, ...]) -> None:
    """Refuse timesteps that do not fall. Raises InvalidRequestError."""
    falls = all(left > right for left, right in pairwise(timesteps))
    if not timesteps or timesteps[-1] < 0 or not falls:
        raise InvalidRequestError(
            f"The step table has the timesteps {', '.join(map(str, timesteps))[:80]}; give one or "
            "more, each less than the one before and none below 0."
        )


def step_table_text(table: StepTable) -> str:
    """What `parse_step_table` reads."""
    return table.value if isinstance(table, Spacing) else ",".join(map(str, table))


def parse_interval(text: str) -> Interval:
    """Two numbers such as "0.2,0.9".

    Raises:
        InvalidRequestError: they are no interval in 0 to 1.
    """
    try:
        least, most = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidRequestError(
            f"The guidance interval is '{text[:80]}'; give two numbers in 0 to 1, such as 0.2,0.9."
        ) from None
    check_interval((least, most))
    return least, most


def interval_text(interval: Interval | None) -> str:
    """What `parse_interval` reads; nothing for None."""
    return "" if interval is None else f"{interval[0]:g},{interval[1]:g}"


def check_interval(interval: Interval) -> None:
    """Refuse what is no interval in 0 to 1. Raises InvalidRequestError."""
    least, most = interval
    if not (math.isfinite(least) and math.isfinite(most) and 0 <= least <= most <= 1):
        raise InvalidRequestError(
            f"The guidance interval is {least:g} to {most:g}; give two numbers in 0 to 1, the "
            "smaller one first."
        )
