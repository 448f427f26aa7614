"""Engines of a plan run on their GPU and compared with ONNX Runtime."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from mimo_export.plan_builder.interpreter import Array
from mimo_export.plan_builder.measure import relative_error
from mimo_export.plan_builder.samples import run, sample_feeds
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.tensorrt.loading import PlanLoader
from mimo_runtime.errors import PlanError
from mimo_runtime.plans.folder import PlanFolder
from mimo_runtime.plans.key import TENSORRT_RTX

Infer = Callable[[str, Mapping[str, Array]], Mapping[str, Array]]
_FACTOR = 4.0  # an engine sums in another order and keeps more digits; broken kernels err by more
_UNMEASURED = 0.05
_ROUNDING = 1e-4


def check(bundle: Bundle, plan: PlanFolder, infer: Infer) -> Iterator[tuple[str, float]]:
    """Name and relative error of each component that `infer` runs on sample inputs.

    Raises:
        PlanError: one errs by more than 4 times what its precision costs on the CPU.
    """
    for name, feeds in sample_feeds(bundle):
        if name not in plan.manifest.components:
            continue
        described = plan.component(name)
        names = [spec.name for spec in bundle.component(name).outputs]
        exact = dict(zip(names, run(bundle.path(name), feeds), strict=True))
        typed = {spec.name: feeds[spec.name].astype(spec.dtype) for spec in described.inputs}
        error = relative_error(infer(name, typed), exact)
        cost = _UNMEASURED if described.error is None else described.error
        if not error <= _FACTOR * cost + _ROUNDING:
            raise PlanError(
                f"{name} of {plan.path} gives other results than ONNX Runtime: relative error "
                f"{error:.2g}, its precision costs {cost:.2g}; do not use the plan, and build it "
                "in another precision or at another level."
            )
        yield name, error


def on_the_gpu(plan: PlanFolder, trt: Any) -> Infer:
    """Run components of a plan by Polygraphy on this machine's GPU."""
    if plan.manifest.key.engine == TENSORRT_RTX:
        os.environ["POLYGRAPHY_USE_TENSORRT_RTX"] = "1"  # it looks when it is imported
    from polygraphy.backend.trt import TrtRunner

    loader = PlanLoader(trt)

    def infer(name: str, feeds: Mapping[str, Array]) -> Mapping[str, Array]:
        with TrtRunner(loader.load(plan, name)) as runner:
            results = runner.infer(dict(feeds))
        return {output: np.array(value) for output, value in results.items()}

    return infer
