"""What a bundle is made of: components and their tensors, stored files, shapes."""

import math
import re
from dataclasses import dataclass
from typing import Final

from mimo_runtime.errors import InvalidRequestError

ITEM_BYTES: Final = {
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "bool": 1,
}


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, fixed shape and dtype of one input or output."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.name} {self.dtype} {list(self.shape)}"

    @property
    def size_bytes(self) -> int:
        """Bytes of the tensor."""
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]


@dataclass(frozen=True, slots=True)
class Component:
    """One network: its ONNX file, bytes of its weights in float32, inputs and outputs in order.

    `working_bytes` are what its intermediate values take at once at most, computed one operator
    after the other; inputs and outputs not counted.
    """

    file: str
    weights_bytes: int
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    working_bytes: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Size and SHA-256 of one file of the bundle."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Weights:
    """How `weights.bin` holds the checkpoint: float32, or float16 where a number fits.

    `relative_error` is what rounding to float16 changed, 0 where nothing; `kept` counts weights
    that lie beyond float16 and stayed float32.
    """

    dtype: str = "float32"
    relative_error: float = 0.0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a bundle is exported for: picture size in pixels and frames of a window."""

    width_px: int
    height_px: int
    frames: int

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px}x{self.frames}"


def shape_from(text: str | None) -> Shape | None:
    """The shape that a text such as 784x784x24 names; None names none.

    Raises:
        InvalidRequestError: it is no such text.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})x(\d{1,4})", text.lower())
    if not match:
        raise InvalidRequestError(f"'{text}' is no shape; give WIDTHxHEIGHTxFRAMES.")
    return Shape(*map(int, match.groups()))
