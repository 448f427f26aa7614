"""Whether a build fits on the disk and into memory, asked before it begins."""

import shutil
from collections.abc import Collection
from pathlib import Path

from mimo_runtime.bundle import Bundle, Component
from mimo_runtime.engines.memory import require_memory
from mimo_runtime.errors import ResourceError

_ENGINE_SHARE = 1.2  # an engine over its weights: kernels and constants, without those of a few MB
_STRIPPED_SHARE = 0.1  # an engine without its weights, over them
_KERNELS_BYTES = 64 << 20
# Building as TensorRT-RTX took it without a GPU: 1.03 GB for weights of 0.45, 7.8 for 4.97.
_BUILDING_SHARE = 1.5  # over weights in float32: the graph, the engine and the bytes of the plan
_LIBRARY_BYTES = 350 << 20
_SCRATCH = 2.0  # of the values alive at once: they, and what the largest node takes beside them


def check_disk(bundle: Bundle, components: Collection[str], folder: Path, stripped: bool) -> None:
    """Refuse a disk without room for the typed graphs and the engines of `components`.

    Graphs share the weights of both denoisers; engines carry their own unless they are `stripped`.

    Raises:
        ResourceError: with both figures.
    """
    half_bytes = {name: bundle.component(name).weights_bytes // 2 for name in components}
    distinct = [name for name in components if name != "denoiser_unguided"] or components
    share = _STRIPPED_SHARE if stripped else _ENGINE_SHARE
    graphs_bytes = sum(half_bytes[name] for name in distinct)
    needed_bytes = graphs_bytes + int(sum(half_bytes.values()) * share) + _KERNELS_BYTES
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        raise ResourceError(
            f"The plan needs about {needed_bytes / 1e9:.2f} GB and {folder} has "
            f"{free_bytes / 1e9:.2f} GB free; make room, or build fewer "
            "components."
        )


def check_memory(bundle: Bundle, components: Collection[str], measured: bool) -> None:
    """Refuse a machine on which one of `components` cannot be built, before the first is.

    Held are the largest one as graph and as engine and, where it is `measured`, its weights in
    float32 and what its values take while they are computed.

    Raises:
        ResourceError: with both figures.
    """
    name = max(components, key=lambda each: bundle.component(each).weights_bytes)
    require_memory(
        building_bytes(bundle, components),
        f"Building {name}",
        "end other programs or use a larger machine",
    )
    if not measured:
        return
    name = max(components, key=lambda each: measuring_bytes(bundle.component(each)))
    require_memory(
        measuring_bytes(bundle.component(name)),
        f"Measuring {name} on the CPU",
        "build without measuring",
    )


def building_bytes(bundle: Bundle, components: Collection[str]) -> int:
    """Memory to build them one after the other: the largest one as graph and as engine."""
    largest_bytes = max(bundle.component(each).weights_bytes for each in components)
    return int(_BUILDING_SHARE * largest_bytes) + _LIBRARY_BYTES


def measuring_bytes(component: Component) -> int:
    """Memory to compute a component node by node: weights, values, scratch of the largest node."""
    return component.weights_bytes + int(_SCRATCH * component.working_bytes)
