"""How much one synthesis may ask for, told before any of it is done."""

from mimo_runtime.bundle import Manifest
from mimo_runtime.errors import LimitExceededError
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.resolved import resolved_settings


def work_px(request: SynthesisRequest, manifest: Manifest) -> int:
    """Pixels that are to be computed: those of the networks, each step, and those composed."""
    steps = resolved_settings(request.settings, manifest).steps
    template = request.template
    per_frame_px = steps * manifest.width_px * manifest.height_px
    return template.frame_count * (per_frame_px + template.width_px * template.height_px)


def check_work(request: SynthesisRequest, manifest: Manifest, max_work_px: float) -> None:
    """Check that a request is no more work than is accepted.

    Raises:
        LimitExceededError: with both figures and what to change.
    """
    asked_px = work_px(request, manifest)
    if asked_px > max_work_px:
        raise LimitExceededError(
            f"{request.template.frame_count} frames of "
            f"{request.template.width_px}x{request.template.height_px} pixels in "
            f"{resolved_settings(request.settings, manifest).steps} steps are {asked_px / 1e9:.1f} "
            f"billion pixels of work, more than the {max_work_px / 1e9:.1f} accepted; ask for "
            "fewer frames or steps."
        )
