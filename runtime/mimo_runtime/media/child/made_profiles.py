"""Colour profiles that are made of what a file says otherwise (ICC.1:2022, for LittleCMS)."""

import struct
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

SRGB_CURVE = 0.0  # instead of a gamma
_SRGB_PARAMETERS = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_LARGEST = 4.0  # of a column: what is larger are no colours
_HEADER_BYTES, _ENTRY_BYTES = 128, 12


def made_profile(white: Sequence[float], primaries: Sequence[float], gamma: float) -> bytes | None:
    """An RGB profile of x and y of the white and of red, green and blue, and one curve.

    gamma: light is the signal to this power; `SRGB_CURVE` for the curve of sRGB.

    Returns None where these are no colours.
    """
    columns = _columns(white, primaries)
    if columns is None:
        return None
    curve = _parametric(0, (gamma,)) if gamma != SRGB_CURVE else _parametric(3, _SRGB_PARAMETERS)
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    tags = {name: _xyz(column) for name, column in zip(names, columns.T, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _file({b"desc": _text("made"), b"cprt": _text(""), b"wtpt": _xyz(_D50), **tags})


def _columns(white: Sequence[float], primaries: Sequence[float]) -> NDArray[np.float64] | None:
    """X, Y, Z of red, green and blue, as columns, adapted to D50 by Bradford's matrix."""
    points = np.reshape([*white, *primaries], (4, 2)).astype(np.float64)
    if (points[:, 1] <= 0).any():
        return None
    x, y = points.T
    whole = np.stack([x / y, np.ones(4), (1 - x - y) / y])
    try:
        columns = whole[:, 1:] * np.linalg.solve(whole[:, 1:], whole[:, 0])
    except np.linalg.LinAlgError:
        return None
    scale = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ whole[:, 0]))
    adapted = np.linalg.inv(_BRADFORD) @ scale @ _BRADFORD @ columns
    return adapted if np.abs(adapted).max() < _LARGEST else None


def _file(tags: Mapping[bytes, bytes]) -> bytes:
    offset = _HEADER_BYTES + 4 + _ENTRY_BYTES * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size, version = offset + len(body), 0x04400000
    kinds = (b"mntr", b"RGB ", b"XYZ ", b"acsp")
    header = struct.pack(">I4xI4s4s4s12x4s28x", size, version, *kinds)
    return header + _fixed(_D50) + bytes(48) + table + body


def _parametric(kind: int, parameters: Sequence[float]) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + _fixed(parameters)


def _text(words: str) -> bytes:
    encoded = words.encode("utf-16-be")
    record = struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28)
    return b"mluc\0\0\0\0" + record + encoded


def _xyz(values: Sequence[float] | NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


def _fixed(values: Sequence[float] | NDArray[np.float64]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(float(value) * 65536) for value in values))
