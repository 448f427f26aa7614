"""Whether a job fits into memory, found out before it starts."""

from collections.abc import Sequence

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.wire.settings import Settings


def job_bytes(bundle: Bundle, windows: Sequence[Sequence[int]], settings: Settings) -> int:
    """Bytes of the buffers that a job keeps: conditions of every window, latents, identity."""
    name = "denoiser" if settings.guided else "denoiser_unguided"
    component = bundle.component(name)
    places = len({place for window in windows for place in window})
    branches = 2 if settings.guided else 1
    sizes = {spec.name: spec.size_bytes for spec in (*component.inputs, *component.outputs)}
    per_place = sizes["latents"] // bundle.manifest.frames
    per_window = sizes.pop("condition") + sizes.pop("frame_mask")
    timesteps = bundle.tensor("time_embedding", "timesteps").size_bytes
    shared = sum(sizes.values()) + timesteps
    return per_window * len(windows) + shared + per_place * places * (branches + 2)


def check_memory(engines: EngineSet, windows: Sequence[Sequence[int]], settings: Settings) -> None:
    """Refuse a job that is larger than the memory at hand.

    Raises:
        ResourceError: with both figures and what to change.
    """
    engines.require_memory(
        job_bytes(engines.bundle, windows, settings),
        "This clip",
        "shorten its time_crop or use a bundle of a smaller size",
    )
