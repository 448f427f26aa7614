"""What a plan takes of a GPU's memory, known before anything of it is loaded."""

from mimo_runtime.plans.manifest import PlanManifest


def resident_bytes(manifest: PlanManifest) -> int:
    """Weights of all components and the scratch that they share, as far as the plan knows."""
    weights = sum(component.weights_bytes for component in manifest.components.values())
    scratch = [component.device_memory_bytes or 0 for component in manifest.components.values()]
    return weights + max(scratch, default=0)
