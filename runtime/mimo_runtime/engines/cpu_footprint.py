"""What the engines of a CPU take of its memory for one component, from what the bundle says.

`working_bytes` of the manifest counts results of operators alone; an engine needs scratch of its
own beside them, in proportion: group norms and gated products hold a copy more than their operator
tells. The shares are those of passes at the official widths and 512 px, with large blocks given
back, measured every few ms: 1.17 for the decoder, 1.28 for the denoiser, 1.34 for the encoder;
`python -m benchmarks.official_size` measures them.
"""

from mimo_runtime.bundle import Component, Weights
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.process_limit import ProcessLimits, process_limits

_LARGE_BYTES = 512 << 20
_ENCODER = "vae_encoder"  # little but convolutions, whose operands are laid out anew
_ORT_SCRATCH, _ORT_ENCODER_SCRATCH = 1.25, 1.35
_TORCH_SCRATCH, _TORCH_ENCODER_SCRATCH = 1.25, 1.8
_TORCH_FIXED_BYTES = 90 << 20  # what it loads for its first pass
_ORT_ARENA = 3.5


def is_large(component: Component) -> bool:
    """Whether memory counts more for it than the last part of speed."""
    return component.weights_bytes + component.working_bytes >= _LARGE_BYTES


def onnxruntime_footprint(name: str, component: Component, weights: Weights) -> Footprint:
    """Small components pack their weights and keep their scratch, large ones map the bundle.

    They map it so that both limits of a process count it, as if it were written.
    """
    if not is_large(component):
        copies = 1 if _mapped(weights) else 2  # packed; and in float32 before that
        kept = copies * component.weights_bytes + _ORT_ARENA * component.working_bytes
        return Footprint(int(kept), 0)
    free_of_charge = _mapped(weights) and process_limits() == ProcessLimits(None, None)
    resident_bytes = 0 if free_of_charge else component.weights_bytes
    share = _ORT_ENCODER_SCRATCH if name == _ENCODER else _ORT_SCRATCH
    return Footprint(resident_bytes, int(share * component.working_bytes))


def torch_footprint(name: str, component: Component, weights: Weights) -> Footprint:
    """Weights are views of the mapped bundle, unless they have to be made float32.

    They are mapped to be read, which a limit of the address space counts and one of data does not.
    """
    free_of_charge = _mapped(weights) and process_limits().address_space_bytes is None
    copied = 0 if free_of_charge else component.weights_bytes
    share = _TORCH_ENCODER_SCRATCH if name == _ENCODER else _TORCH_SCRATCH
    return Footprint(copied, int(share * component.working_bytes) + _TORCH_FIXED_BYTES)


def _mapped(weights: Weights) -> bool:
    return weights.dtype == "float32"
