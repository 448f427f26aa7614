"""What the engines of a CPU take of its memory for one component, from what the bundle says.

`working_bytes` of the manifest counts results of operators alone; an engine needs scratch of its
own beside them, in proportion and, where ONNX Runtime runs a large network, a fixed part. The
figures are those of passes of the official size at 512 px, with 2 and 24 frames;
`python -m benchmarks.official_size` measures them.
"""

from mimo_runtime.bundle import Component, Weights
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.process_limit import process_limit_bytes

_LARGE_BYTES = 512 << 20
_ORT_SCRATCH, _ORT_FIXED_BYTES = 1.2, 400 << 20
_TORCH_SCRATCH = 1.3
_PACKED, _ORT_ARENA = 2.0, 4.0


def is_large(component: Component) -> bool:
    """Whether memory counts more for it than the last part of speed."""
    return component.weights_bytes + component.working_bytes >= _LARGE_BYTES


def onnxruntime_footprint(component: Component, weights: Weights) -> Footprint:
    """Small components pack their weights and keep their scratch, large ones map the bundle.

    They map it so that a limit of the process counts it, as if it were written.
    """
    if not is_large(component):
        kept = _PACKED * component.weights_bytes + _ORT_ARENA * component.working_bytes
        return Footprint(int(kept), 0)
    free_of_charge = _mapped(weights) and process_limit_bytes() is None
    resident_bytes = 0 if free_of_charge else component.weights_bytes
    scratch_bytes = int(_ORT_SCRATCH * component.working_bytes) + _ORT_FIXED_BYTES
    return Footprint(resident_bytes, scratch_bytes)


def torch_footprint(component: Component, weights: Weights) -> Footprint:
    """Weights are views of the mapped bundle, unless they have to be made float32."""
    copied = 0 if _mapped(weights) else component.weights_bytes
    return Footprint(copied, int(_TORCH_SCRATCH * component.working_bytes))


def _mapped(weights: Weights) -> bool:
    return weights.dtype == "float32"
