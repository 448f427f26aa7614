"""Whether a synthesis fits into memory, found out before it starts."""

from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.footprint import job_peak_bytes, peak_bytes
from mimo_runtime.engines.memory import require_memory
from mimo_runtime.planning.extent import Extent
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.wire.solver import Solver

MEDIA_BYTES = 300 << 20  # decoders, encoder and composition, where nothing is known of frames


def stream_bytes(bundle: Bundle, extent: Extent, settings: ResolvedSettings) -> int:
    """Bytes of the buffers that a stream keeps: conditions of its windows, latents, identity."""
    component = bundle.component(settings.denoiser)
    sizes = {spec.name: spec.size_bytes for spec in (*component.inputs, *component.outputs)}
    per_frame = sizes["latents"] // bundle.manifest.frames
    per_window = sizes.pop("condition") + sizes.pop("frame_mask")
    timesteps = bundle.tensor("time_embedding", "timesteps").size_bytes
    shared = sum(sizes.values()) + timesteps
    copies = settings.branches + 2  # a sum for each branch, the latents, their scratch
    copies += 2 if settings.solver is not Solver.DDIM else 0  # the clean picture, its scratch
    return per_window * extent.windows + shared + per_frame * extent.frames * copies


def needed_bytes(
    engines: EngineSet, extent: Extent, settings: ResolvedSettings, media_bytes: int = MEDIA_BYTES
) -> int:
    """The most that a stream takes at once: reading the character, then making the frames.

    Weights that are still to be loaded, the working memory of the largest pass, the buffers that
    the stream keeps, and the `media_bytes` of decoders, encoder and composition beside them.
    """
    return (
        job_peak_bytes(engines.footprint, settings.denoisers)
        + stream_bytes(engines.bundle, extent, settings)
        + media_bytes
    )


def dry_run_bytes(engines: EngineSet) -> int:
    """The most that one pass of every component takes, all of them kept, one bound at a time."""
    components = [engines.bundle.component(name) for name in COMPONENTS]
    buffers = max(sum(s.size_bytes for s in (*each.inputs, *each.outputs)) for each in components)
    return peak_bytes(map(engines.footprint, COMPONENTS)) + buffers


def check_media_memory(media_bytes: int) -> None:
    """Refuse pictures and clips that are larger than the memory at hand, before one is opened.

    Raises:
        ResourceError: with both figures and what to change.
    """
    require_memory(
        media_bytes,
        "Reading and composing these pictures and clips",
        "make them smaller, or try again when the machine is less busy",
    )


def check_memory(
    engines: EngineSet, extent: Extent, settings: ResolvedSettings, media_bytes: int = MEDIA_BYTES
) -> None:
    """Refuse a synthesis that is larger than the memory at hand.

    Raises:
        ResourceError: with both figures and what to change.
    """
    engines.require_memory(
        needed_bytes(engines, extent, settings, media_bytes),
        "This clip",
        "shorten its time_crop, use a bundle or a shape of a smaller size, or another engine",
    )
