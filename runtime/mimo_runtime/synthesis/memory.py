"""Whether a synthesis fits into memory, found out before it starts."""

from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.footprint import job_peak_bytes, peak_bytes
from mimo_runtime.engines.memory import require_memory
from mimo_runtime.planning.extent import Extent
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.synthesis.window_passes import SpreadEngines
from mimo_runtime.wire.solver import Solver

MEDIA_BYTES = 300 << 20  # decoders, encoder and composition, where nothing is known of frames
PROCESS_BYTES = 192 << 20
"""Of a process that only makes passes: Python, its libraries, and what the arena of a small
denoiser grows by after its first pass. 96 and 184 MiB measured."""


def stream_bytes(bundle: Bundle, extent: Extent, settings: ResolvedSettings) -> int:
    """Bytes of the buffers that a stream keeps: conditions of its windows, latents, identity."""
    per_frame = bundle.tensor(settings.denoiser, "latents").size_bytes // bundle.manifest.frames
    copies = settings.branches + 2  # a sum for each branch, the latents, their scratch
    copies += 2 if settings.solver is not Solver.DDIM else 0  # the clean picture, its scratch
    return passes_bytes(bundle, extent.windows, settings) + per_frame * extent.frames * copies


def passes_bytes(bundle: Bundle, windows: int, settings: ResolvedSettings) -> int:
    """Bytes of the buffers of passes that are bound to so many windows."""
    component = bundle.component(settings.denoiser)
    sizes = {spec.name: spec.size_bytes for spec in (*component.inputs, *component.outputs)}
    per_window = sizes.pop("condition") + sizes.pop("frame_mask")
    timesteps = bundle.tensor("time_embedding", "timesteps").size_bytes
    return per_window * windows + sum(sizes.values()) + timesteps


def device_bytes(
    engines: EngineSet, windows: int, settings: ResolvedSettings, runs: bool = False
) -> int:
    """The most that a process takes that makes the passes of so many windows and nothing else;
    what it takes besides, where it `runs` already.
    """
    footprints = [engines.footprint(name) for name in (*settings.denoisers, "time_embedding")]
    buffers_bytes = passes_bytes(engines.bundle, windows, settings)
    if runs:
        return max(each.working_bytes for each in footprints) + buffers_bytes
    return peak_bytes(footprints) + buffers_bytes + PROCESS_BYTES


def needed_bytes(
    engines: EngineSet,
    extent: Extent,
    settings: ResolvedSettings,
    media_bytes: int = MEDIA_BYTES,
    spread: SpreadEngines | None = None,
) -> int:
    """The most that a stream takes at once: reading the character, then making the frames.

    Weights that are still to be loaded, the working memory of the largest pass, the buffers that
    the stream keeps, and the `media_bytes` of decoders, encoder and composition beside them. Where
    passes are `spread` over other processes, what those take of the same memory.
    """
    denoisers = settings.denoisers if spread is None else ()
    beside_bytes = 0 if spread is None else spread.needed_bytes(engines, extent.windows, settings)
    return (
        job_peak_bytes(engines.footprint, denoisers, beside_bytes)
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
    engines: EngineSet,
    extent: Extent,
    settings: ResolvedSettings,
    media_bytes: int = MEDIA_BYTES,
    spread: SpreadEngines | None = None,
) -> None:
    """Refuse a synthesis that is larger than the memory at hand; arguments as `needed_bytes`.

    Raises:
        ResourceError: with both figures and what to change.
    """
    ways_out = "shorten its time_crop, use a bundle or a shape of a smaller size, or another engine"
    engines.require_memory(
        needed_bytes(engines, extent, settings, media_bytes, spread),
        f"This clip on {spread.devices} devices" if spread else "This clip",
        f"ask for fewer devices, {ways_out}" if spread else ways_out,
    )
