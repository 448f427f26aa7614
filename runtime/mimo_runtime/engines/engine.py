"""What the rest of the program knows of an engine."""

from collections.abc import Mapping
from types import EllipsisType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.bundle import Component, TensorSpec

Array = NDArray[Any]


class Tensor(Protocol):
    """A named tensor of a pass, wherever it lies; a numpy array is one on the host.

    `tensor[...] = source` and `tensor[first:last] = source` write all of it or some of its rows;
    the source is an array or another tensor of the same device, of the shape of what is written.
    `np.asarray(tensor)` reads it to the host.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Fixed shape."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the elements; a source of another one is converted."""

    def __setitem__(self, rows: EllipsisType | slice, source: Any, /) -> None:
        """Write all of it or some of its rows."""

    def __array__(self) -> Array:
        """The values on the host."""


class BoundPass(Protocol):
    """An engine with its tensors bound to buffers, made once and run many times.

    `buffers` holds inputs and outputs by name; write inputs in place, then `run`, then read
    outputs in place. One thread at a time may use it.
    """

    @property
    def buffers(self) -> Mapping[str, Any]:
        """Every tensor of the component by name, each a `Tensor`."""

    def run(self) -> None:
        """Compute the outputs from the inputs."""


class Engine(Protocol):
    """One loaded component. Any number of bound passes may run at once from their threads."""

    @property
    def component(self) -> Component:
        """Inputs and outputs with their fixed shapes and this engine's own dtypes."""

    def bind(self, shared: Mapping[str, Tensor] | None = None) -> BoundPass:
        """Bind new buffers, except those in `shared`, which are used as they are.

        Raises:
            BundleError: a shared buffer has the wrong shape, dtype or layout, or no tensor of the
                component has its name.
        """


def empty_buffer(spec: TensorSpec) -> Array:
    """A zeroed buffer of the shape and dtype of `spec`."""
    return np.zeros(spec.shape, np.dtype(spec.dtype))
