"""The torch backend where there is a GPU: fp16, kernels and graphs, beside ONNX Runtime in fp32."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_torch.backend import open_torch
from tests.export.torch.test_backend import passed

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
LIMIT = 2e-2  # relative; eager fp16 of these small networks is off by 5e-3 to 7e-3


@pytest.mark.parametrize("component", COMPONENTS)
def test_near_onnx_runtime_and_the_same_again(compact_bundle: Path, component: str) -> None:
    bundle = Bundle.open(compact_bundle)
    found = passed(open_torch(bundle, "cuda").load(component))
    wanted = passed(OrtBackend(bundle, 1).load(component))
    outputs = bundle.component(component).outputs
    for spec in outputs:
        here = np.asarray(found.buffers[spec.name], np.float64)
        there = np.asarray(wanted.buffers[spec.name], np.float64)
        assert np.linalg.norm(here - there) <= LIMIT * np.linalg.norm(there), spec.name
    before = {spec.name: np.asarray(found.buffers[spec.name]) for spec in outputs}
    found.run()
    for name, values in before.items():
        assert np.array_equal(values, np.asarray(found.buffers[name])), name
