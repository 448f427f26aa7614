"""What the benchmark for a GPU imports needs torch, numpy and our own rooms, nothing else."""

import os
import subprocess
import sys

BLOCKING = """
import importlib, importlib.abc, pkgutil, sys

class Blocked(importlib.abc.MetaPathFinder):
    names = {names!r}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Blocked())
"""
NETWORKS = """
import mimo_networks
files = {"mimo_networks." + name for name in ("checkpoint", "weights", "random_checkpoint")}
modules = [m.name for m in pkgutil.walk_packages(mimo_networks.__path__, "mimo_networks.")
           if m.name not in files]
modules += ["mimo_torch." + name for name in
            ("switches", "packing", "conditions", "step", "latents", "denoiser", "graphed")]
for module in modules:
    importlib.import_module(module)
print(len(modules))
"""
ENGINE = """
import mimo_torch
modules = [m.name for m in pkgutil.walk_packages(mimo_torch.__path__, "mimo_torch.")
           if m.name != "mimo_torch.fused_latents"]
for module in modules:
    importlib.import_module(module)
print(len(modules))
"""
BLOCKED = (
    "av", "click", "cuda", "cv2", "diffusers", "google", "grpc", "onnx", "onnx_ir", "onnxruntime",
    "onnxscript", "PIL", "psutil", "rich", "safetensors", "tensorrt", "transformers", "triton",
    "yaml",
)  # fmt: skip


def run(program: str, blocked: tuple[str, ...]) -> int:
    """The number that a program prints where some packages cannot be imported."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-c", BLOCKING.format(names=set(blocked)) + program],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_networks_import_with_torch_alone() -> None:
    assert run(NETWORKS, BLOCKED) > 15


def test_the_torch_engine_imports_without_onnx() -> None:
    assert run(ENGINE, ("onnx", "onnx_ir", "onnxscript", "polygraphy", "mimo_export")) > 10
