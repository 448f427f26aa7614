"""What a lower precision does to a component, measured on sample inputs without a GPU."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

from mimo_export.plan_builder.interpreter import Array, OnNode, interpret
from mimo_runtime.speech import say_nothing

_LIMITS = {"fp16": 65504.0, "fp8": 65504.0}
_HEADROOM = 4.0
_TINY = 1e-30


def ranges(
    model: ir.Model, feeds: Mapping[str, Array], on_node: OnNode = say_nothing
) -> tuple[dict[str, float], dict[str, Array]]:
    """The largest magnitude of every input and result of a float32 component, and its outputs."""
    largest: dict[str, float] = {}

    def look(name: str, array: NDArray[Any]) -> None:
        if array.dtype == np.float32 and array.size:
            largest[name] = float(np.abs(array).max())

    for name, array in feeds.items():
        look(name, array)
    return largest, interpret(model, feeds, look, on_node)


def overflowing(largest: Mapping[str, float], precision: str) -> frozenset[str]:
    """Values that come nearer to the end of float16 than a factor of 4; bfloat16 has no such."""
    limit = _LIMITS.get(precision, np.inf) / _HEADROOM
    return frozenset(name for name, size in largest.items() if not size < limit)


def relative_error(outputs: Mapping[str, Array], exact: Mapping[str, Array]) -> float:
    """Root mean square of the difference over that of the exact values; the worst output's.

    What is no number makes it no number.
    """
    return float(np.max([_error(outputs[name], wanted) for name, wanted in exact.items()]))


def _error(found: Array, wanted: Array) -> float:
    wide = wanted.astype(np.float64)
    difference = found.astype(np.float64) - wide
    return float(np.sqrt((difference**2).mean() / ((wide**2).mean() + _TINY)))
