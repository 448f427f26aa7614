"""What `mimo build` is asked for, and the key that follows from it."""

from dataclasses import dataclass

import mimo_runtime
from mimo_export.plan_builder.boundary import BOUNDARY
from mimo_export.plan_builder.kernels import kernels_digest, triton_version
from mimo_runtime.bundle import Bundle
from mimo_runtime.plans.key import TENSORRT, PlanKey


@dataclass(frozen=True, slots=True)
class Target:
    """Engine, architecture such as sm_89, precision and the builder's settings.

    `level` is the optimisation level, 0 to 5. `stripped` leaves the weights out of the engines, so
    that components that share them store them once. `measured` looks for values beyond float16 on
    sample inputs.
    """

    engine: str
    arch: str
    precision: str
    level: int = 3
    stripped: bool = False
    measured: bool = True

    def key(self, bundle: Bundle, engine_version: str) -> PlanKey:
        """The key of the plan of `bundle`."""
        triton = triton_version()
        return PlanKey(
            engine=self.engine,
            engine_version=engine_version,
            arch=self.arch,
            precision=self.precision,
            bundle_digest=bundle.digest,
            options={
                "level": self.level,
                "stripped": self.stripped,
                "measured": self.measured,
                "boundary": BOUNDARY,
                "builder": mimo_runtime.__version__,
            },
            kernels_digest=kernels_digest() if triton or self.engine == TENSORRT else "",
            triton_version=triton,
        )
