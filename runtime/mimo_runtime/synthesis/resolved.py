"""Settings as they will be used with a bundle: nothing is left open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mimo_runtime.bundle import Manifest
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL, Rules
from mimo_runtime.planning.solver import SolverConfig, check_steps
from mimo_runtime.wire.settings import FramingPolicy, Mode, Settings

OFFICIAL_DEFAULTS: Mapping[str, Any] = {"steps": 25, "guidance": 3.5, "mode": Mode.OFFICIAL}


@dataclass(frozen=True)
class ResolvedSettings:
    """As `Settings`, made by `resolved_settings`."""

    steps: int
    guidance: float
    seed: int
    mode: Mode
    framing: FramingPolicy

    @property
    def guided(self) -> bool:
        """Whether the unconditional branch is computed at all."""
        return self.guidance > 1.0

    @property
    def branches(self) -> int:
        """Guidance branches of a prediction."""
        return 2 if self.guided else 1

    @property
    def denoiser(self) -> str:
        """The component of a bundle that makes the passes."""
        return "denoiser" if self.guided else "denoiser_unguided"

    @property
    def rules(self) -> Rules:
        """What the mode decides."""
        return OFFICIAL if self.mode is Mode.OFFICIAL else CORRECTED


def resolved_settings(settings: Settings, manifest: Manifest) -> ResolvedSettings:
    """What is asked for; else what the bundle was made for; else the official values.

    Raises:
        InvalidRequestError: the bundle's solver cannot take so many steps.
        UnsupportedError: its solver is not supported.
    """
    chosen = {**OFFICIAL_DEFAULTS, **manifest.defaults}
    for name in OFFICIAL_DEFAULTS:
        if (asked := getattr(settings, name)) is not None:
            chosen[name] = asked
    complete = Settings(**chosen, seed=settings.seed, framing=settings.framing)
    assert complete.steps is not None  # the official values leave nothing open
    assert complete.guidance is not None
    assert complete.mode is not None
    check_steps(SolverConfig.from_mapping(manifest.solver), complete.steps)
    return ResolvedSettings(
        complete.steps, complete.guidance, complete.seed, complete.mode, complete.framing
    )
