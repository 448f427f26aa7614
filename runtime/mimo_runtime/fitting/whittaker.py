"""Smoothing of series by least squares: Whittaker's, with a pentadiagonal system.

Minimised is the sum of weight times squared distance to the data plus stiffness times the squared
second difference (Whittaker, 1923; Eilers, "A Perfect Smoother", 2003). It has no lag, fills what
has weight 0 with the least bend, and costs the same for every sample.
"""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.jit import Compiled
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.tuning import TUNING


def stiffness_of(cutoff_hz: float, rate_fps: float) -> float:
    """The stiffness for which a sine of `cutoff_hz` keeps half of its height at weight 1.

    The cutoff is at most half of the rate; there the stiffness is 1/16.
    """
    angle = 2 * np.pi * min(cutoff_hz / rate_fps, 0.5)
    return float(1 / (2 - 2 * np.cos(angle)) ** 2)


def smoothed(
    series: NDArray[np.floating], weights: NDArray[np.floating], stiffness: float
) -> Array:
    """float64 [N, C], the series [N, C] smoothed with `weights` [N, C], 0 to 1, 0 where unknown.

    What is unknown is drawn towards a straight line between its known neighbours in time, before
    the first and after the last towards these. A column that is never known comes back as it is.
    """
    data = filled(series, weights)
    floored = np.ascontiguousarray(np.maximum(weights, TUNING.least_weight_of_series), np.float64)
    return _solve(data, floored, stiffness, data.copy())


def smoothed_slow(
    series: NDArray[np.floating],
    weights: NDArray[np.floating],
    stiffness: float,
    slow: float,
) -> Array:
    """Points [N, P, C] with weights [N, P], `smoothed` the less the faster they move.

    The data of a point that moves by `slow` a frame count twice, by twice that five times: what
    is fast is meant, what trembles is not (as with the One-Euro filter: Casiez, CHI 2012).
    """
    count, points, width = series.shape
    flat = series.reshape(count, -1)
    repeated = np.repeat(weights, width, axis=1)
    steady = smoothed(flat, repeated, stiffness).reshape(series.shape)
    if count < 3:
        return steady
    speeds = np.linalg.norm(np.gradient(steady, axis=0), axis=-1)
    eager = np.repeat(weights * (1 + (speeds / slow) ** 2), width, axis=1)
    return smoothed(flat, eager, stiffness).reshape(count, points, width)


def filled(series: NDArray[np.floating], weights: NDArray[np.floating]) -> Array:
    """float64 [N, C], where `weights` [N, C] is 0 interpolated in straight lines over time."""
    data = np.array(series, np.float64, order="C")
    frames = np.arange(len(data))
    for column in np.flatnonzero(((weights <= 0).any(axis=0)) & (weights > 0).any(axis=0)):
        known = np.flatnonzero(weights[:, column] > 0)
        data[:, column] = np.interp(frames, known, data[known, column])
    return data


@Compiled
def _solve(data: Array, weights: Array, stiffness: float, result: Array) -> Array:
    """L D L' of a matrix of bandwidth two, for each column; short series stay as they are."""
    count, columns = data.shape
    if count < 3:
        return result
    for column in range(columns):
        diagonal, first, second = np.zeros(count), np.zeros(count), np.zeros(count)
        for row in range(count):
            diagonal[row] = weights[row, column]
        for row in range(count - 2):
            diagonal[row] += stiffness
            diagonal[row + 1] += 4 * stiffness
            diagonal[row + 2] += stiffness
            first[row] -= 2 * stiffness
            first[row + 1] -= 2 * stiffness
            second[row] += stiffness
        value = np.empty(count)
        for row in range(count):
            value[row] = weights[row, column] * data[row, column]
        for row in range(count):
            pivot = diagonal[row]
            if row + 1 < count:
                share = first[row] / pivot
                diagonal[row + 1] -= share * first[row]
                value[row + 1] -= share * value[row]
                if row + 2 < count:
                    first[row + 1] -= share * second[row]
            if row + 2 < count:
                share = second[row] / pivot
                diagonal[row + 2] -= share * second[row]
                value[row + 2] -= share * value[row]
        for row in range(count - 1, -1, -1):
            total = value[row]
            if row + 1 < count:
                total -= first[row] * result[row + 1, column]
            if row + 2 < count:
                total -= second[row] * result[row + 2, column]
            result[row, column] = total / diagonal[row]
    return result
