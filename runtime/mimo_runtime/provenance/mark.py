"""A mark of 32 bits in luma that nobody sees: one add before a frame is encoded.

The frame is a grid of cells. A secret key says which bit each cell carries, and with which sign; a
bit of 1 makes its cells lighter or darker by their signs, a bit of 0 the other way round. Cells are
as large as what H.264 keeps of flat areas, and the same in every frame, so that the encoder sends
them once. This is direct-sequence spread spectrum as in Cox et al., "Secure spread spectrum
watermarking for multimedia" (1997), in blocks of pixels.

It is not made against people who know it is there: scaling, cutting and turning remove it.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import read_input

BITS: Final = 32
CELL_PX: Final = 4
STRENGTH: Final = 2  # of 255; more is found after more compression, and seen sooner
SURE: Final = 120.0  # of a chi-square with 32 degrees of freedom: 1 in 10^11 frames without a mark
_MIN_KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: `payload` of 32 bits, and how sure that is, as `SURE`."""

    payload: int
    score: float

    @property
    def is_sure(self) -> bool:
        """Whether there is a mark."""
        return self.score > SURE


def read_key(path: Path) -> bytes:
    """The secret key of a file.

    Raises:
        InvalidRequestError: it is too short to be secret.
        MediaError: the file cannot be read.
    """
    key = read_input(path).strip()
    if len(key) < _MIN_KEY_BYTES:
        raise InvalidRequestError(
            f"The key {path} has {len(key)} bytes; give at least {_MIN_KEY_BYTES}, for example by "
            "'openssl rand -hex 32'."
        )
    return key


class LumaMark:
    """Adds a payload of 32 bits to frames of one size."""

    def __init__(self, key: bytes, payload: int, width_px: int, height_px: int) -> None:
        which, signs = _cells(key, *grid_of(width_px, height_px))
        bits = np.where(np.right_shift(payload, np.arange(BITS)) & 1, 1, -1)
        cells = (signs * bits[which]).astype(np.float32)
        size_px = (cells.shape[1] * CELL_PX, cells.shape[0] * CELL_PX)
        pattern = cv2.resize(cells, size_px, interpolation=cv2.INTER_NEAREST)
        pattern = np.repeat(pattern[:height_px, :width_px, None], 3, axis=2)
        self._lighter = np.where(pattern > 0, STRENGTH, 0).astype(np.uint8)
        self._darker = np.where(pattern < 0, STRENGTH, 0).astype(np.uint8)

    def add(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A marked copy of uint8 RGB [height, width, 3]."""
        marked = cv2.subtract(cv2.add(rgb, self._lighter), self._darker)
        return np.asarray(marked, np.uint8)


class MarkReader:
    """Gathers what frames of one size say of a mark; more frames make it surer."""

    def __init__(self, key: bytes, width_px: int, height_px: int) -> None:
        self._which, self._signs = _cells(key, *grid_of(width_px, height_px))
        self._sum = np.zeros(self._which.shape, np.float64)
        self._count = 0

    def take(self, luma: NDArray[np.uint8]) -> None:
        """Look at uint8 luma [height, width]."""
        rows, columns = self._which.shape
        size_px = (columns * CELL_PX, rows * CELL_PX)
        height_px, width_px = luma.shape
        padded = cv2.copyMakeBorder(luma, 0, size_px[1] - height_px, 0, size_px[0] - width_px,
                                    cv2.BORDER_REPLICATE)  # fmt: skip
        cells = cv2.resize(padded.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        flat = cells - cv2.blur(cells, (3, 3))  # what is left where the picture changes slowly
        self._sum += np.clip(flat, -2 * STRENGTH, 2 * STRENGTH)  # edges say nothing
        self._count += 1

    def finding(self) -> Finding:
        """What all frames say together. Each bit is normal with a deviation of 1 without a mark."""
        said = self._signs * self._sum
        power = np.bincount(self._which.ravel(), (said**2).ravel(), BITS)
        votes = np.bincount(self._which.ravel(), said.ravel(), BITS)
        scores = votes / np.sqrt(np.maximum(power, 1e-12))
        payload = sum(1 << bit for bit in range(BITS) if scores[bit] > 0)
        return Finding(payload, float(np.sum(scores**2)))


def grid_of(width_px: int, height_px: int) -> tuple[int, int]:
    """Rows and columns of cells that cover a frame."""
    return -(-height_px // CELL_PX), -(-width_px // CELL_PX)


@lru_cache(maxsize=4)
def _cells(key: bytes, rows: int, columns: int) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
    """Of each cell the bit that it carries, and the sign."""
    seed = hmac.new(key, f"mimo luma mark 1 {rows}x{columns}".encode(), hashlib.sha256).digest()
    chance = np.random.Generator(np.random.PCG64(int.from_bytes(seed)))
    which = chance.permutation(np.arange(rows * columns) % BITS).reshape(rows, columns)
    signs = chance.integers(0, 2, (rows, columns), np.int8) * 2 - 1
    return which, signs.astype(np.int8)
