"""Whether a synthesis fits into memory, found out before it starts."""

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.extent import Extent
from mimo_runtime.synthesis.resolved import ResolvedSettings


def stream_bytes(bundle: Bundle, extent: Extent, settings: ResolvedSettings) -> int:
    """Bytes of the buffers that a stream keeps: conditions of its windows, latents, identity."""
    component = bundle.component(settings.denoiser)
    sizes = {spec.name: spec.size_bytes for spec in (*component.inputs, *component.outputs)}
    per_frame = sizes["latents"] // bundle.manifest.frames
    per_window = sizes.pop("condition") + sizes.pop("frame_mask")
    timesteps = bundle.tensor("time_embedding", "timesteps").size_bytes
    shared = sum(sizes.values()) + timesteps
    copies = settings.branches + 2  # a sum for each branch, the latents, their scratch
    return per_window * extent.windows + shared + per_frame * extent.frames * copies


def check_memory(engines: EngineSet, extent: Extent, settings: ResolvedSettings) -> None:
    """Refuse a synthesis that is larger than the memory at hand.

    Raises:
        ResourceError: with both figures and what to change.
    """
    engines.require_memory(
        stream_bytes(engines.bundle, extent, settings),
        "This clip",
        "shorten its time_crop or use a bundle of a smaller size",
    )
