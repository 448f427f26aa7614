"""What the benchmark for a GPU imports needs torch, numpy and our own rooms, nothing else."""

import os
import subprocess
import sys

PROGRAM = """
import importlib, importlib.abc, pkgutil, sys

class Blocked(importlib.abc.MetaPathFinder):
    names = {names!r}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Blocked())
import mimo_networks
files = {{"mimo_networks." + name for name in ("checkpoint", "weights", "random_checkpoint")}}
modules = [m.name for m in pkgutil.walk_packages(mimo_networks.__path__, "mimo_networks.")
           if m.name not in files]
modules += ["mimo_torch." + name for name in
            ("switches", "packing", "conditions", "step", "latents", "denoiser", "graphed")]
for module in modules:
    importlib.import_module(module)
print(len(modules))
"""
BLOCKED = (
    "av", "click", "cuda", "cv2", "diffusers", "google", "grpc", "onnx", "onnx_ir", "onnxruntime",
    "onnxscript", "PIL", "psutil", "rich", "safetensors", "tensorrt", "transformers", "triton",
    "yaml",
)  # fmt: skip


def test_networks_import_with_torch_alone() -> None:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(names=set(BLOCKED))],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 15
