"""A made-up press and its colour profile: one table from ink to Lab."""

import struct

import numpy as np
from numpy.typing import NDArray

from .icc import D50, icc_profile

_GRID = 9
_SRGB_TO_XYZ_D50 = np.array([[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169],
                             [0.0139322, 0.0971045, 0.7141733]])  # fmt: skip


def printed(inks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The linear sRGB [..., 3] of inks [..., 4] from 0 to 1: dots print larger than they are."""
    covered = inks ** (1 / 1.4)
    return ((1 - covered[..., :3]) * (1 - covered[..., 3:])) ** 1.3


def press_profile() -> bytes:
    """The profile of that press."""
    axis = np.linspace(0, 1, _GRID)
    inks = np.stack(np.meshgrid(axis, axis, axis, axis, indexing="ij"), axis=-1)
    table = b"mft2" + bytes(4) + struct.pack(">3Bx", 4, 3, _GRID)
    table += struct.pack(">9i", *(np.eye(3) * 65536).astype(int).ravel()) + struct.pack(">2H", 2, 2)
    table += np.tile([0, 65535], 4).astype(">u2").tobytes()
    table += _lab16(printed(inks)).astype(">u2").tobytes()
    table += np.tile([0, 65535], 3).astype(">u2").tobytes()
    return icc_profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})


def _lab16(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lab as that version of the format writes it in 16 bits."""
    relative = linear @ _SRGB_TO_XYZ_D50.T / np.array(D50)
    cubic = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    x, y, z = np.moveaxis(cubic, -1, 0)
    lab = np.stack([(116 * y - 16) * 652.8, (500 * (x - y) + 128) * 256,
                    (200 * (y - z) + 128) * 256], axis=-1)  # fmt: skip
    return np.rint(lab)
