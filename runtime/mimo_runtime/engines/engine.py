"""What the rest of the program knows of an engine."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.bundle import Component, TensorSpec

Array = NDArray[Any]


class BoundPass(Protocol):
    """An engine with its tensors bound to buffers, made once and run many times.

    `buffers` holds inputs and outputs by name; write inputs in place, then `run`, then read
    outputs in place. One thread at a time may use it.
    """

    @property
    def buffers(self) -> Mapping[str, Array]:
        """Every tensor of the component by name."""

    def run(self) -> None:
        """Compute the outputs from the inputs."""


class Engine(Protocol):
    """One loaded component. Any number of bound passes may run at once from their threads."""

    @property
    def component(self) -> Component:
        """Inputs and outputs with their fixed shapes."""

    def bind(self, shared: Mapping[str, Array] | None = None) -> BoundPass:
        """Bind new buffers, except those in `shared`, which are used as they are.

        Raises:
            BundleError: a shared buffer has the wrong shape, dtype or layout, or no tensor of the
                component has its name.
        """


def empty_buffer(spec: TensorSpec) -> Array:
    """A zeroed buffer of the shape and dtype of `spec`."""
    return np.zeros(spec.shape, np.dtype(spec.dtype))
