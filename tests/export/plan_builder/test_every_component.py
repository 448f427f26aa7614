"""TensorRT-RTX builds every component of the sample bundle, without a GPU.

The lowest optimisation level: parsing and typing are the same at every level. About half a minute
on one core, at the default level a little more.
"""

import pytest

from mimo_export.plan_builder.builder import Builder
from mimo_export.plan_builder.library import Library
from mimo_export.plan_builder.target import Target
from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.plans.key import TENSORRT_RTX

pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed")


def test_every_component_parses_and_builds(bundle: Bundle) -> None:
    target = Target(TENSORRT_RTX, "sm_89", "fp16", level=0, measured=False)
    library = Library(TENSORRT_RTX)
    plan = Builder(bundle, library, make_kernels=lambda *_: ()).build(target, COMPONENTS).plan
    plan.verify()
    assert tuple(plan.manifest.components) == tuple(bundle.manifest.components)
    for name, component in plan.manifest.components.items():
        assert plan.manifest.files[component.file].size_bytes > component.weights_bytes
        mimo = [node for node in component.attention if node.operator.startswith("mimo::")]
        assert len(mimo) == {"denoiser": 36, "denoiser_unguided": 36, "reference": 9}.get(name, 0)
