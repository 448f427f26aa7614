"""Settings as they will be used with a bundle: nothing is left open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mimo_runtime.bundle import Manifest
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL, Rules
from mimo_runtime.planning.solver import SolverConfig, SolverTable, solver_table
from mimo_runtime.planning.step_table import check_step_table, check_steps
from mimo_runtime.wire.settings import FramingPolicy, Mode, Settings
from mimo_runtime.wire.solver import (
    Interval,
    Solver,
    Spacing,
    StepTable,
    parse_interval,
    parse_step_table,
)

OFFICIAL_DEFAULTS: Mapping[str, Any] = {"steps": 25, "guidance": 3.5, "mode": Mode.OFFICIAL}


@dataclass(frozen=True)
class ResolvedSettings:
    """As `Settings`, made by `resolved_settings`."""

    steps: int
    guidance: float
    seed: int
    mode: Mode
    framing: FramingPolicy
    solver: Solver = Solver.DDIM
    step_table: StepTable | None = None
    guidance_interval: Interval | None = None

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
    def denoisers(self) -> tuple[str, ...]:
        """All of them: where guidance has an interval, steps outside it need no other branch."""
        both = self.guided and self.guidance_interval is not None
        return ("denoiser", "denoiser_unguided") if both else (self.denoiser,)

    @property
    def lists_steps(self) -> bool:
        """Whether its steps are those of a table, none of which can be left out."""
        return self.step_table is not None and not isinstance(self.step_table, Spacing)

    def table(self, config: SolverConfig) -> SolverTable:
        """The steps that are made of weights trained for `config`."""
        return solver_table(
            config, self.steps, self.solver, self.step_table, self.guidance_interval
        )

    @property
    def rules(self) -> Rules:
        """What the mode decides."""
        return OFFICIAL if self.mode is Mode.OFFICIAL else CORRECTED


def resolved_settings(settings: Settings, manifest: Manifest) -> ResolvedSettings:
    """What is asked for; else what the bundle was made for; else the official values.

    Raises:
        InvalidRequestError: the bundle's solver cannot take such steps, or the mode has a solver of
            its own.
        UnsupportedError: its solver is not supported.
    """
    chosen = {**OFFICIAL_DEFAULTS, **manifest.defaults}
    for name in OFFICIAL_DEFAULTS:
        if (asked := getattr(settings, name)) is not None:
            chosen[name] = asked
    table = None if settings.step_table is None else parse_step_table(settings.step_table)
    if table is not None and not isinstance(table, Spacing):
        chosen["steps"] = len(table)
    complete = Settings(**chosen, seed=settings.seed, framing=settings.framing)
    assert complete.steps is not None  # the official values leave nothing open
    assert complete.guidance is not None
    assert complete.mode is not None
    config = SolverConfig.from_mapping(manifest.solver)
    check_steps(config, complete.steps)
    if table is not None:
        check_step_table(config, table)
    _check_official(settings, complete.mode)
    usual = Solver.DPMPP_2M if complete.mode is Mode.OFFLINE else Solver.DDIM
    interval = settings.guidance_interval
    return ResolvedSettings(
        complete.steps, complete.guidance, complete.seed, complete.mode, complete.framing,
        settings.solver or usual, table, None if interval is None else parse_interval(interval),
    )  # fmt: skip


def _check_official(settings: Settings, mode: Mode) -> None:
    """Refuse what would not be the official numbers."""
    asked = {
        "solver": settings.solver not in (None, Solver.DDIM),
        "step table": settings.step_table is not None,
        "guidance interval": settings.guidance_interval is not None,
    }
    for name, is_other in asked.items():
        if is_other and mode is Mode.OFFICIAL:
            raise InvalidRequestError(
                f"A {name} was asked for and mode is official, which has its own; choose the mode "
                "offline or corrected."
            )
