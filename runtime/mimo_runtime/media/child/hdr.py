"""Colours of HDR and wide-gamut video as BT.709 shows them.

HDR light is what a display of 1000 cd/m² shows (Recommendation ITU-R BT.2100): PQ by its EOTF,
HLG by its inverse OETF and a system gamma of 1.2 on each channel, as zimg has it. 203 cd/m², the
reference white of ITU-R BT.2408, becomes white; a clip that is nowhere brighter than 100 cd/m², the
white of studio displays for SDR, keeps that one. What is brighter is rolled off by the curve of
ITU-R BT.2390, annex 5, from the brightest that was measured, by the largest channel, so that hues
stay. Primaries go to BT.709 by matrices of their chromaticities; what lies outside is clipped. SDR
light has a gamma of 2.4 (ITU-R BT.1886), before and after; linear light has none, and that of
digital cinema 2.6 (SMPTE ST 428-1).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.clip import DCI, LINEAR, PQ, ClipColour

Floats = NDArray[np.floating]

_DEEP = 65535
_GAINS = 4095
_HDR_NITS, _SDR_NITS, _REFERENCE_NITS = 1000.0, 100.0, 203.0
_SYSTEM_GAMMA = 1.2
_SDR_GAMMA = 2.4
_OTHER_GAMMAS: Final = {LINEAR: 1.0, DCI: 2.6}
_SAME = 1.05
D65 = (0.3127, 0.3290)
# ITU-R BT.709, BT.2020, SMPTE EG 432-1: x and y of red, green and blue. The white of SMPTE RP 431-2
# is not that of daylight; what is tagged so comes from computers and means EG 432-1.
BT709 = (0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
_P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
GAMUTS: Final = {
    "bt2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    "smpte432": _P3,
    "smpte431": _P3,
}
_PQ_M1, _PQ_M2 = 2610 / 16384, 2523 / 4096 * 128
_PQ_C1, _PQ_C2, _PQ_C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073


def luminance_nits(signal: Floats, transfer: str) -> Floats:
    """cd/m² of the largest of red, green and blue, [...] of HDR R'G'B' [..., 3] in 0..1."""
    return np.asarray(light_nits(signal, transfer).max(axis=-1))


def light_nits(signal: Floats, transfer: str) -> Floats:
    """cd/m² of HDR R'G'B' [..., 3] in 0..1."""
    if transfer == PQ:
        return pq_nits(signal)
    low, high = signal**2 / 3, (np.exp((signal - _HLG_C) / _HLG_A) + _HLG_B) / 12
    scene = np.where(signal <= 0.5, low, high)
    return np.asarray(_HDR_NITS * np.clip(scene, 0, 1) ** _SYSTEM_GAMMA)


def pq_nits(signal: Floats) -> Floats:
    """The EOTF of PQ (ITU-R BT.2100, table 4), cd/m²."""
    root = np.clip(signal, 0, 1) ** (1 / _PQ_M2)
    return np.asarray(
        10_000 * (np.maximum(root - _PQ_C1, 0) / (_PQ_C2 - _PQ_C3 * root)) ** (1 / _PQ_M1)
    )


def pq_signal(nits: Floats) -> Floats:
    """The inverse of `pq_nits`."""
    power = np.clip(np.asarray(nits) / 10_000, 0, 1) ** _PQ_M1
    return np.asarray(((_PQ_C1 + _PQ_C2 * power) / (1 + _PQ_C3 * power)) ** _PQ_M2)


def white_nits(peak_nits: float) -> float:
    """What becomes white in a clip whose brightest is `peak_nits`."""
    return _SDR_NITS if 0 < peak_nits <= _SDR_NITS * _SAME else _REFERENCE_NITS


def rolled_off(nits: Floats, peak_nits: float) -> Floats:
    """`nits` so that `peak_nits` becomes white; unchanged where it is no brighter than that.

    The Hermite spline of ITU-R BT.2390, annex 5, from black 0.
    """
    white = white_nits(peak_nits)
    if peak_nits <= white:
        return nits
    top = pq_signal(np.array(peak_nits))
    level, target = np.minimum(pq_signal(nits) / top, 1), pq_signal(np.array(white)) / top
    knee = 1.5 * target - 0.5
    t = np.clip((level - knee) / (1 - knee), 0, 1)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * target
    )
    return pq_nits(np.where(level < knee, level, spline) * top)


class ToBt709:
    """Brings the R'G'B' of clips of one colour to BT.709, by tables of one dimension."""

    def __init__(self, colour: ClipColour) -> None:
        signal = np.linspace(0, 1, _DEEP + 1)
        steps = np.linspace(0, 1, _GAINS + 1) ** 2
        white = white_nits(colour.peak_nits)
        self._brightest = max(colour.peak_nits / white, 1.0)
        self._gains = None
        if colour.is_hdr:
            light = light_nits(signal, colour.transfer) / white
            if self._brightest > 1:
                nits = np.maximum(steps * colour.peak_nits, 1e-6)
                self._gains = (rolled_off(nits, colour.peak_nits) / nits).astype(np.float32)
        else:
            light = signal ** _OTHER_GAMMAS.get(colour.transfer, _SDR_GAMMA)
        self._light = light.astype(np.float32)
        self._levels = np.rint(255 * signal ** (2 / _SDR_GAMMA)).astype(np.uint8)
        self._matrix = _matrix_to_bt709(colour.primaries).astype(np.float32)

    def convert(self, signal: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Levels 0..255 of the clip's R'G'B' [height, width, 3] in 0..65535."""
        light = self._light[signal]
        if self._gains is not None:
            largest = light.max(axis=-1, keepdims=True) / np.float32(self._brightest)
            light *= self._gains[_rooted(largest, _GAINS)]
        light = light @ self._matrix.T
        levels: NDArray[np.uint8] = self._levels[_rooted(light, _DEEP)]
        return levels


def _rooted(values: NDArray[np.float32], last: int) -> NDArray[np.uint16]:
    """Square roots of values, clipped to 0..1, as places in a table: fine steps in the dark."""
    indices = np.sqrt(values.clip(0, 1)) * np.float32(last) + np.float32(0.5)
    return np.asarray(indices, np.uint16)


def _matrix_to_bt709(primaries: str) -> Floats:
    """From linear RGB of `primaries` to that of BT.709, [3, 3]."""
    if primaries not in GAMUTS:
        return np.eye(3)
    return np.asarray(np.linalg.inv(_to_xyz(BT709)) @ _to_xyz(GAMUTS[primaries]))


def _to_xyz(primaries: tuple[float, ...]) -> Floats:
    """From linear R, G, B to X, Y, Z with the white D65 (SMPTE RP 177)."""
    corners = np.array([[x / y, 1, (1 - x - y) / y] for x, y in _pairs(primaries)]).T
    x, y = D65
    return corners * np.linalg.solve(corners, np.array([x / y, 1, (1 - x - y) / y]))


def _pairs(flat: tuple[float, ...]) -> list[tuple[float, float]]:
    return list(zip(flat[::2], flat[1::2], strict=True))
