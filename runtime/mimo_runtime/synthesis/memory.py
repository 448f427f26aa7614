"""Whether a synthesis fits into memory, found out before it starts."""

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.footprint import job_peak_bytes
from mimo_runtime.planning.extent import Extent
from mimo_runtime.synthesis.resolved import ResolvedSettings

_MEDIA_BYTES = 300 << 20  # child processes that decode, the encoder, frames on their way


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


def needed_bytes(engines: EngineSet, extent: Extent, settings: ResolvedSettings) -> int:
    """The most that a stream takes at once: reading the character, then making the frames.

    Weights that are still to be loaded, the working memory of the largest pass, the buffers that
    the stream keeps, and what decoders, encoder and composition take beside them.
    """
    return (
        job_peak_bytes(engines.footprint, settings.denoiser)
        + stream_bytes(engines.bundle, extent, settings)
        + _MEDIA_BYTES
    )


def check_memory(engines: EngineSet, extent: Extent, settings: ResolvedSettings) -> None:
    """Refuse a synthesis that is larger than the memory at hand.

    Raises:
        ResourceError: with both figures and what to change.
    """
    engines.require_memory(
        needed_bytes(engines, extent, settings),
        "This clip",
        "shorten its time_crop, use a bundle or a shape of a smaller size, or another engine",
    )
