"""Exporting traces networks and never runs them: no arithmetic, and no memory for it."""

import os
import subprocess
import sys

import pytest

# A picture for which one pass of even this small denoiser takes gigabytes.
CODE = """
import resource, sys
import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._python_dispatch import TorchDispatchMode
from mimo_export.components import component_graphs
from mimo_export.graph import onnx_from_graph
from mimo_networks.checkpoint import load_checkpoint
from mimo_networks.random_checkpoint import write_random_checkpoint
from mimo_runtime.bundle import Shape
from pathlib import Path

class Watch(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, arguments=(), kwargs=None):
        result = function(*arguments, **(kwargs or {}))
        if function in WORK and not isinstance(result, FakeTensor) and result.device.type == "cpu":
            raise AssertionError(f"{function} ran on numbers")
        return result

aten = torch.ops.aten
WORK = {aten.convolution.default, aten.mm.default, aten.addmm.default, aten.bmm.default}
folder = Path(sys.argv[1])
write_random_checkpoint(folder / "weights")
checkpoint = load_checkpoint(folder / "weights")
graphs = component_graphs(checkpoint, "denoiser", Shape(1536, 1536, 24))
graph = next(graph for name, graph in graphs if name == "denoiser")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Watch():
    if sys.argv[2] == "run":
        graph.module(*graph.inputs.values())
    model, _, outputs = onnx_from_graph(graph)
weights = sum(v.const_value.nbytes for v in model.graph.initializers.values())
taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
print(taken - weights, outputs[0].shape)
"""


def export(folder: str, what: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.run(
        [sys.executable, "-c", CODE, folder, what],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )


def test_a_component_is_exported_in_its_own_weights_and_a_gigabyte(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    done = export(str(tmp_path_factory.mktemp("traced")), "trace")
    assert done.returncode == 0, done.stderr
    taken, shape = done.stdout.split(maxsplit=1)
    assert int(taken) < 1 << 30
    assert shape.strip() == "(2, 24, 4, 192, 192)"


def test_the_watch_sees_a_network_that_runs(tmp_path_factory: pytest.TempPathFactory) -> None:
    done = export(str(tmp_path_factory.mktemp("run")), "run")
    assert done.returncode != 0
    assert "ran on numbers" in done.stderr
