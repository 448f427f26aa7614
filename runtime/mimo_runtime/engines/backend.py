"""A way to run a bundle: it loads components as engines and holds latents beside them."""

from collections.abc import Callable
from typing import Protocol

from mimo_runtime.arrays import Floats
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine import Engine
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.latents import LatentState


class Backend(Protocol):
    """One bundle on one device, by one library."""

    @property
    def name(self) -> str:
        """The word for it on the command line."""

    @property
    def bundle(self) -> Bundle:
        """The bundle it runs."""

    def load(self, component: str) -> Engine:
        """Load a component; called once for each.

        Raises:
            BundleError: the component does not load.
            ResourceError: it is larger than the memory at hand.
        """

    def footprint(self, component: str) -> Footprint:
        """What a component takes once it is loaded; 0 resident where it already is."""

    def release(self, component: str) -> None:
        """Forget a component that was loaded; its engine must no longer be used."""

    def require_memory(self, needed_bytes: int, what: str, way_out: str) -> None:
        """Refuse what does not fit beside the engines, before it is begun.

        Raises:
            ResourceError: `what` with both figures, and the way out.
        """

    def new_latents(
        self,
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        history: Floats | None = None,
    ) -> LatentState:
        """Slots for latents [slots, 4, h, w] where the engines are; arguments as there."""


OpenBackend = Callable[[Bundle, int], Backend]
