"""Whether a build fits on the disk and into memory, asked before it begins."""

import math
import shutil
from collections.abc import Collection
from pathlib import Path

import onnx_ir as ir

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.memory import require_memory
from mimo_runtime.errors import ResourceError

_ENGINE_SHARE = 1.2  # an engine over its weights: kernels and constants, without those of a few MB
_KERNELS_BYTES = 64 << 20
_LIVE_VALUES = 4  # of the largest size, at once: the operands of a block and its residual


def check_disk(bundle: Bundle, components: Collection[str], folder: Path) -> None:
    """Refuse a disk without room for the typed graphs and the engines of `components`.

    Raises:
        ResourceError: with both figures.
    """
    half_bytes = sum(bundle.component(name).weights_bytes for name in components) // 2
    needed_bytes = int(half_bytes * (1 + _ENGINE_SHARE)) + _KERNELS_BYTES
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        raise ResourceError(
            f"The plan needs about {needed_bytes / 1e9:.2f} GB and {folder} has "
            f"{free_bytes / 1e9:.2f} GB free; make room, or build fewer "
            "components."
        )


def check_memory(bundle: Bundle, components: Collection[str]) -> None:
    """Refuse a machine that cannot hold the largest of `components` as graph and as engine.

    Raises:
        ResourceError: with both figures.
    """
    name = max(components, key=lambda each: bundle.component(each).weights_bytes)
    needed_bytes = 2 * bundle.component(name).weights_bytes
    require_memory(needed_bytes, f"Building {name}", "end other programs or use a larger machine")


def check_measuring(name: str, graph: ir.Graph) -> None:
    """Refuse to compute a component on the CPU that does not fit into memory.

    Raises:
        ResourceError: with both figures, and the way without.
    """
    sizes = [math.prod(v.shape.numpy()) for node in graph for v in node.outputs if v.shape]
    weights = [v.const_value.nbytes for v in graph.initializers.values() if v.const_value]
    needed_bytes = sum(weights) + _LIVE_VALUES * 4 * max(sizes)
    require_memory(needed_bytes, f"Measuring {name} on the CPU", "build without measuring")
