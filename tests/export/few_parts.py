"""Exports the components that take little time: `python -m tests.export.few_parts FOLDER`."""

import sys
from pathlib import Path

from mimo_export.components import component_graphs
from mimo_export.graph import onnx_from_graph
from mimo_export.store import WeightStore
from mimo_networks.checkpoint import load_checkpoint
from mimo_runtime.bundle import Shape
from tests.golden import GOLDEN

PARTS = ("identity", "condition", "time_embedding")


def write_few_parts(folder: Path) -> None:
    """Write `PARTS` of the golden checkpoint and their weights into `folder`."""
    checkpoint = load_checkpoint(GOLDEN / "weights")
    with WeightStore(folder) as store:
        for name, graph in component_graphs(checkpoint, "denoiser", Shape(56, 40, 2)):
            if name in PARTS:
                store.save(onnx_from_graph(graph)[0], f"{name}.onnx")


if __name__ == "__main__":
    write_few_parts(Path(sys.argv[1]))
