"""A torch tensor as the runtime's `Tensor`."""

from types import EllipsisType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

_TORCH = {
    "float32": torch.float32,
    "float16": torch.float16,
    "int64": torch.int64,
    "bool": torch.bool,
}
_NUMPY = {here: there for there, here in _TORCH.items()}


class DeviceTensor:
    """Named tensor of a pass; `values` is the torch tensor itself."""

    def __init__(self, values: torch.Tensor) -> None:
        self.values = values

    @property
    def shape(self) -> tuple[int, ...]:
        """Fixed shape."""
        return tuple(self.values.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the elements."""
        return np.dtype(_NUMPY[self.values.dtype])

    def __setitem__(self, rows: EllipsisType | slice, source: Any, /) -> None:
        target = self.values[rows]
        if isinstance(source, bool | int | float):
            target.fill_(source)  # no copy from the host, so nothing waits
        else:
            target.copy_(_tensor_from(source), non_blocking=True)

    def __array__(
        self, dtype: np.dtype[Any] | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        """The values on the host, always a copy."""
        if copy is False:
            raise ValueError("A tensor of a device is read by copying it; leave copy unset.")
        values: NDArray[Any] = self.values.contiguous().cpu().numpy()
        own = self.values.device.type == "cpu"
        return np.array(values, dtype, copy=True) if own else values.astype(dtype or values.dtype)


def torch_dtype(name: str) -> torch.dtype:
    """The torch dtype of a tensor specification's name."""
    return _TORCH[name]


def _tensor_from(source: Any) -> torch.Tensor:
    if isinstance(source, DeviceTensor):
        return source.values
    return torch.from_numpy(np.array(source))  # a copy of its own: the caller may write on
