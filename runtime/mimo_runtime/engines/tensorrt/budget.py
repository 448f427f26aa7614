"""What a plan takes of a GPU's memory, known before anything of it is loaded."""

from mimo_runtime.errors import ResourceError
from mimo_runtime.plans.manifest import PlanManifest


def resident_bytes(manifest: PlanManifest) -> int:
    """Weights of all components and the scratch that they share, as far as the plan knows."""
    weights = sum(component.weights_bytes for component in manifest.components.values())
    scratch = [component.device_memory_bytes or 0 for component in manifest.components.values()]
    return weights + max(scratch, default=0)


def check_budget(
    needed_bytes: int, free_bytes: int, what: str, way_out: str = "use a bundle of a smaller size"
) -> None:
    """Refuse what is larger than the memory that is free.

    Raises:
        ResourceError: `what` with both figures, and what to change.
    """
    if needed_bytes > free_bytes:
        raise ResourceError(
            f"{what} needs {needed_bytes / 1e9:.2f} GB of GPU memory and {free_bytes / 1e9:.2f} GB "
            f"is free; end other programs that use the GPU, {way_out}, or take "
            "--engine onnxruntime."
        )
