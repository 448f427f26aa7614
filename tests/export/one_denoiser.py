"""One denoiser of a middle size: `python -m tests.export.one_denoiser WHAT DIR`.

WHAT is export, or an engine, onnxruntime or torch, that prints what a pass takes of memory and what
is foreseen for it, in bytes.
"""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psutil

from mimo_runtime.bundle import Component, Shape, TensorSpec, Weights
from mimo_runtime.engines.cpu_footprint import is_large, onnxruntime_footprint, torch_footprint
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.large_blocks import give_back_large_blocks

SIZES = {"channels": (128, 32), "layers": 1, "groups": 32, "table_frames": 48, "token_width": 32}
SHAPE = Shape(256, 256, 48)
_EVERY_S = 0.005


def export(folder: Path) -> None:
    """Write the checkpoint, the guided denoiser and what the manifest would say of it."""
    from mimo_export.components import component_graphs
    from mimo_export.graph import onnx_from_graph
    from mimo_export.store import WeightStore
    from mimo_export.working_memory import working_bytes
    from mimo_networks.checkpoint import load_checkpoint
    from mimo_networks.random_checkpoint import Sizes, write_random_checkpoint

    write_random_checkpoint(folder / "weights", Sizes(**SIZES))
    graphs = component_graphs(load_checkpoint(folder / "weights"), "denoiser", SHAPE)
    model, inputs, outputs = onnx_from_graph(next(g for n, g in graphs if n == "denoiser"))
    working = working_bytes(model.graph)
    with WeightStore(folder) as store:
        weights = store.save(model, "denoiser.onnx")
    component = Component("denoiser.onnx", weights, tuple(inputs), tuple(outputs), working)
    (folder / "component.json").write_text(json.dumps(asdict(component)))


def component_in(folder: Path) -> Component:
    """What `export` has written of the denoiser."""
    values = json.loads((folder / "component.json").read_text())
    for kind in ("inputs", "outputs"):
        values[kind] = tuple(
            TensorSpec(spec["name"], tuple(spec["shape"]), spec["dtype"]) for spec in values[kind]
        )
    return Component(**values)


def run_onnxruntime(folder: Path) -> tuple[int, int]:
    """One pass, loading and buffers with it."""
    from mimo_runtime.engines.onnxruntime_engine import OrtEngine

    component = component_in(folder)

    def work() -> None:
        bound = OrtEngine(folder / component.file, component, threads=1).bind()
        bound.buffers["frame_mask"][...] = True
        bound.run()

    return taken_bytes(work), _foreseen(component, onnxruntime_footprint)


def run_torch(folder: Path) -> tuple[int, int]:
    """The same by torch, whose network is mapped."""
    import torch

    from mimo_networks.checkpoint import load_checkpoint
    from mimo_torch.denoiser import SwitchedDenoiserPass
    from mimo_torch.switches import Switches

    torch.set_num_threads(1)
    component = component_in(folder)
    give_back_large_blocks()

    def work() -> None:
        denoiser = load_checkpoint(folder / "weights").denoiser
        network = SwitchedDenoiserPass(denoiser, SHAPE.frames, True, Switches.of_a_bundle(), {})
        made = [
            torch.zeros(spec.shape, dtype=getattr(torch, spec.dtype)) for spec in component.inputs
        ]
        with torch.inference_mode():
            network(*made)

    return taken_bytes(work), _foreseen(component, torch_footprint)


def taken_bytes(work: Callable[[], object]) -> int:
    """The most memory that `work` holds beyond what is held before it."""
    before_bytes, done, most = _held_bytes(), threading.Event(), [0]

    def look() -> None:
        while not done.wait(_EVERY_S):
            most[0] = max(most[0], _held_bytes() - before_bytes)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        work()
    finally:
        done.set()
        watch.join()
    return most[0]


def _held_bytes() -> int:
    found = psutil.Process().memory_info()
    return int(found.rss - found.shared)


def _foreseen(
    component: Component, footprint: Callable[[str, Component, Weights], Footprint]
) -> int:
    assert is_large(component), component.working_bytes
    found = footprint("denoiser", component, Weights())
    buffers_bytes = sum(spec.size_bytes for spec in (*component.inputs, *component.outputs))
    return found.resident_bytes + found.working_bytes + buffers_bytes


def main(what: str, folder: str) -> None:
    """Do `what` in `folder`."""
    if what == "export":
        export(Path(folder))
    else:
        runs = {"onnxruntime": run_onnxruntime, "torch": run_torch}
        sys.stdout.write(" ".join(map(str, runs[what](Path(folder)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
