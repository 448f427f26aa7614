"""What the host functions share: where a kernel can run, and saying once that it cannot."""

import functools
import logging
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from triton import knobs

from mimo_kernels.launch import Dtype, is_aligned

DTYPES: Mapping[torch.dtype, Dtype] = {
    torch.float16: "fp16",
    torch.bfloat16: "bf16",
    torch.float32: "fp32",
}
INTERPRETED = "sm_90"  # the chip whose tiles the interpreter walks through
OLDEST = (8, 0)  # compute capability


def architecture(device: torch.device) -> str | None:
    """The chip as "sm_90", or None where no kernel runs (a CPU, an old GPU).

    Under `TRITON_INTERPRET=1` a CPU counts as the chip `INTERPRETED`.
    """
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        return f"sm_{major}{minor}" if (major, minor) >= OLDEST else None
    return INTERPRETED if knobs.runtime.interpret else None


def unsupported_reason(tensors: Mapping[str, Tensor]) -> str | None:
    """In a sentence why no kernel takes these tensors, or None.

    A kernel needs one dtype of fp16, bf16, fp32, adjacent columns, and addresses aligned to 16
    bytes. Sizes are the operator's own business.
    """
    first = next(iter(tensors.values()))
    if architecture(first.device) is None:
        return f"No kernel runs on {first.device}."
    if first.dtype not in DTYPES:
        return f"No kernel is written for {first.dtype}."
    for name, tensor in tensors.items():
        if tensor.stride(-1) != 1 and tensor.shape[-1] > 1:
            return f"The columns of {name} are {tensor.stride(-1)} elements apart, not adjacent."
        if not is_aligned(tensor):
            return f"{name} does not begin at a multiple of 16 bytes."
    return None


def check_shapes(wanted: Mapping[str, Sequence[int]], tensors: Mapping[str, Tensor]) -> None:
    """Raise ValueError when a tensor's shape is another, or its dtype or device not the first's."""
    first_name, first = next(iter(tensors.items()))
    for name, tensor in tensors.items():
        if tuple(tensor.shape) != tuple(wanted[name]):
            raise ValueError(
                f"{name} is {tuple(tensor.shape)}, but {tuple(wanted[name])} belongs to the rest."
            )
        if (tensor.dtype, tensor.device) != (first.dtype, first.device):
            raise ValueError(
                f"{name} is {tensor.dtype} on {tensor.device}, {first_name} is {first.dtype} on "
                f"{first.device}; convert one of them."
            )


@functools.cache
def say_once(operator: str, reason: str) -> None:
    """Log that `operator` runs as plain torch operators, the first time for this reason."""
    logging.getLogger("mimo_kernels").warning(
        "%s runs as plain torch operators: %s", operator, reason
    )
