"""Whether a live stream fits into memory, found out before it starts."""

from collections.abc import Mapping

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.footprint import job_peak_bytes
from mimo_runtime.planning.live_schedule import ChunkPlan, live_extent
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.wire.solver import Solver

_ENCODER_BYTES = 100 << 20  # the encoder, frames on their way


def live_bytes(bundle: Bundle, plan: ChunkPlan, settings: ResolvedSettings) -> int:
    """Bytes of the buffers that a live stream keeps, however long it is."""
    extent = live_extent(plan)
    window = sum(_window_bytes(bundle, name) for name in settings.denoisers)
    latents = bundle.tensor("vae_decoder", "latents").size_bytes
    maps = bundle.tensor("condition", "condition").size_bytes * extent.conditions
    planes = bundle.tensor("vae_decoder", "planes").size_bytes * extent.frames
    copies = settings.branches + 2  # a sum for each branch, the latents, their scratch
    if settings.solver is not Solver.DDIM:
        copies += 1  # what the step before predicted
    state = latents * (plan.window_frames * copies + extent.latents)
    return window + maps + planes + state


def check_live_memory(
    windows: Mapping[int, EngineSet], plan: ChunkPlan, settings: ResolvedSettings
) -> None:
    """Refuse a stream that is larger than the memory at hand; `windows` are engines by frames.

    Raises:
        ResourceError: with both figures and what to change.
    """
    engines, *others = windows.values()
    names = settings.denoisers
    more = sum(
        each.footprint(name).resident_bytes + _window_bytes(each.bundle, name)
        for each in others
        for name in names
    )
    engines.require_memory(
        job_peak_bytes(engines.footprint, names)
        + live_bytes(engines.bundle, plan, settings)
        + more
        + _ENCODER_BYTES,
        "This live stream",
        "end other streams, use a bundle or a shape of a smaller size, or another engine",
    )


def _window_bytes(bundle: Bundle, denoiser: str) -> int:
    component = bundle.component(denoiser)
    return sum(spec.size_bytes for spec in (*component.inputs, *component.outputs))
