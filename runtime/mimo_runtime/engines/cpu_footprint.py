"""What the engines of a CPU take of its memory for one component, from what the bundle says.

`working_bytes` of the manifest counts results of operators alone; an engine needs scratch of its
own beside them. The factors are those of guided passes at 512 px and 24 frames: ONNX Runtime with a
quarter of the official channels, torch with all of them; `python -m benchmarks.official_size`
measures them.
"""

from mimo_runtime.bundle import Component, Weights
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.process_limit import process_limit_bytes

_LARGE_BYTES = 512 << 20
_ORT_SCRATCH = 2.0
_TORCH_SCRATCH = 1.3
_PACKED = 2.0


def is_large(component: Component) -> bool:
    """Whether memory counts more for it than the last part of speed."""
    return component.weights_bytes + component.working_bytes >= _LARGE_BYTES


def onnxruntime_footprint(component: Component, weights: Weights) -> Footprint:
    """Small components pack their weights and keep their scratch, large ones map the bundle.

    They map it so that a limit of the process counts it, as if it were written.
    """
    scratch = int(_ORT_SCRATCH * component.working_bytes)
    if not is_large(component):
        return Footprint(int(_PACKED * component.weights_bytes) + 2 * scratch, 0)
    free_of_charge = _mapped(weights) and process_limit_bytes() is None
    return Footprint(0 if free_of_charge else component.weights_bytes, scratch)


def torch_footprint(component: Component, weights: Weights) -> Footprint:
    """Weights are views of the mapped bundle, unless they have to be made float32."""
    copied = 0 if _mapped(weights) else component.weights_bytes
    return Footprint(copied, int(_TORCH_SCRATCH * component.working_bytes))


def _mapped(weights: Weights) -> bool:
    return weights.dtype == "float32"
