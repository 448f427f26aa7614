"""Tensors read from a bundle's `weights.bin` in place, without a copy in main memory."""

import math
import mmap
import warnings
from pathlib import Path

import torch
from torch import Tensor

from mimo_runtime.bundle.networks import StoredTensor
from mimo_runtime.errors import BundleError
from mimo_runtime.scarcity import resource_error

_DTYPES = {"float32": torch.float32, "float16": torch.float16, "int64": torch.int64}


class StoredWeights:
    """A mapped file; tensors on the CPU are views of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bytes = _mapped_to_be_read(path)

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


def _mapped_to_be_read(path: Path) -> Tensor:
    """The bytes of a file. `torch.from_file` maps it to be written, which limits of data count.

    Raises:
        BundleError: it cannot be read.
        ResourceError: this process may not map as much.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        if (scarce := resource_error(error)) is not None:
            raise scarce from error
        raise BundleError(f"{path} cannot be read: {error}; copy the bundle again.") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it cannot be written, and nobody does
        return torch.frombuffer(mapped, dtype=torch.uint8)


def _is_whole(stored: StoredTensor, kind: torch.dtype) -> bool:
    dimensions = len(stored.shape)
    whole = math.prod(stored.shape) * kind.itemsize == stored.length
    return whole and (dimensions == 2 or not stored.transposed)
