"""At which timesteps a solver stops: pure functions of a noise schedule."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.solver_config import SolverConfig
from mimo_runtime.wire.solver import Interval, Spacing, StepTable

Timesteps = NDArray[np.int64]
Flags = NDArray[np.bool_]


def check_steps(config: SolverConfig, steps: int) -> None:
    """Refuse a number of steps that the solver cannot take.

    Raises:
        InvalidRequestError: `steps` is below 1 or above `num_train_timesteps`.
    """
    if not 1 <= steps <= config.num_train_timesteps:
        raise InvalidRequestError(
            f"steps is {steps}; the solver can take 1 to {config.num_train_timesteps}."
        )


def check_step_table(config: SolverConfig, table: StepTable) -> None:
    """Refuse timesteps beyond those that were trained. Raises InvalidRequestError."""
    if not isinstance(table, Spacing) and table[0] >= config.num_train_timesteps:
        raise InvalidRequestError(
            f"The step table begins with {table[0]} and the bundle was trained for timesteps 0 to "
            f"{config.num_train_timesteps - 1}; begin with one of those."
        )


def timesteps_of(
    config: SolverConfig, steps: int, table: StepTable, signal: NDArray[np.float64]
) -> Timesteps:
    """The timesteps of `steps` steps, falling, int64 [steps]; those of a listed table as they are.

    `signal` is that of `signal_levels`.
    """
    if table is Spacing.TRAILING:
        return _trailing(config.num_train_timesteps, steps)
    if table is Spacing.LEADING:
        spaced = np.arange(steps)[::-1] * (config.num_train_timesteps // steps)
        highest = config.num_train_timesteps - 1 - np.arange(steps)  # which the offset may pass
        return np.minimum(spaced + config.steps_offset, highest)
    if table is Spacing.EVEN_ANGLE:
        return _even_angle(signal, steps)
    return np.array(table, np.int64)


def is_within(timesteps: Timesteps, num_train_timesteps: int, interval: Interval) -> Flags:
    """Whether each timestep is in an interval of guidance (arXiv 2404.07724), bool [steps].

    The interval is of timesteps as shares of the last one that was trained, both ends in it.
    """
    share = timesteps / max(num_train_timesteps - 1, 1)
    least, most = interval
    inside: Flags = (share >= least - 1e-9) & (share <= most + 1e-9)
    return inside


def _trailing(total: int, steps: int) -> Timesteps:
    # For some step counts (61, 103, ...) arange rounds its way to one entry too many.
    spaced = np.round(np.arange(total, 0, -total / steps))[:steps] - 1
    return spaced.astype(np.int64)


def _even_angle(signal: NDArray[np.float64], steps: int) -> Timesteps:
    """The nearest timestep of each angle, moved apart where two are the same."""
    angles = np.arccos(np.sqrt(np.clip(signal, 0, 1)))  # rises with the timestep
    wanted = angles[-1] * np.arange(steps, 0, -1) / steps
    nearest = np.abs(angles[np.newaxis] - wanted[:, np.newaxis]).argmin(axis=1)
    lowest = np.arange(steps)[::-1]
    spread = np.maximum(nearest, lowest)  # room for those that follow
    falling = np.minimum.accumulate(spread + np.arange(steps)) - np.arange(steps)
    return np.maximum(falling, lowest).astype(np.int64)
