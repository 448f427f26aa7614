"""Tensors read from a bundle's `weights.bin` in place, without a copy in main memory."""

import math
from pathlib import Path

import torch
from torch import Tensor

from mimo_runtime.bundle.networks import StoredTensor
from mimo_runtime.errors import BundleError

_DTYPES = {"float32": torch.float32, "float16": torch.float16, "int64": torch.int64}


class StoredWeights:
    """A mapped file; tensors on the CPU are views of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        size_bytes = path.stat().st_size
        self._bytes = torch.from_file(str(path), shared=False, size=size_bytes, dtype=torch.uint8)

    def tensor(self, stored: StoredTensor, device: torch.device, dtype: torch.dtype) -> Tensor:
        """One tensor on a device; floating ones become `dtype`.

        Raises:
            BundleError: the place lies outside the file or does not hold such a tensor.
        """
        kind = _DTYPES.get(stored.dtype)
        end = stored.offset + stored.length
        fits = 0 <= stored.offset <= end <= len(self._bytes)
        if kind is None or not fits or stored.offset % kind.itemsize or not _is_whole(stored, kind):
            raise BundleError(
                f"{self.path} has no {stored.dtype} {list(stored.shape)} at byte {stored.offset}; "
                "copy the bundle again or export it again."
            )
        flat = self._bytes[stored.offset : end].view(kind)
        found = flat.view(stored.shape[::-1]).t() if stored.transposed else flat.view(stored.shape)
        if device.type != "cpu":
            found = found.to(device).contiguous()
        return found.to(dtype) if found.is_floating_point() else found


def _is_whole(stored: StoredTensor, kind: torch.dtype) -> bool:
    dimensions = len(stored.shape)
    whole = math.prod(stored.shape) * kind.itemsize == stored.length
    return whole and (dimensions == 2 or not stored.transposed)
