"""Skin, face, hair and clothes painted on the shipped body, by places on its surface at rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]

_SKINS: tuple[Colour, ...] = (
    (0.86, 0.68, 0.57), (0.78, 0.57, 0.44), (0.6, 0.41, 0.3), (0.42, 0.28, 0.2),
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = ((0.1, 0.08, 0.07), (0.3, 0.18, 0.1), (0.62, 0.46, 0.25))
_TOPS: tuple[Colour, ...] = (
    (0.75, 0.16, 0.16), (0.15, 0.35, 0.7), (0.92, 0.9, 0.86), (0.88, 0.66, 0.14),
    (0.13, 0.45, 0.3), (0.5, 0.2, 0.5),
)  # fmt: skip
_BOTTOMS: tuple[Colour, ...] = (
    (0.14, 0.18, 0.34), (0.12, 0.12, 0.13), (0.55, 0.5, 0.4), (0.3, 0.2, 0.14),
)  # fmt: skip
_SLEEVE_ENDS_M = (0.24, 0.3, 0.44)
_TROUSER_ENDS_M = (0.5, 0.1, 0.1)
_WAIST_M, _COLLAR_M, _SHOES_M = 0.93, 1.385, 0.085


@dataclass(frozen=True, slots=True)
class Look:
    """Colours 0..1, where sleeves and trousers end, and what is on the shirt."""

    skin: Colour
    hair: Colour
    top: Colour
    stripes: Colour
    bottom: Colour
    shoes: Colour
    sleeve_end_m: float
    trouser_end_m: float
    pattern: str
    long_hair: bool


def random_look(random: np.random.Generator) -> Look:
    """Somebody's clothes, skin and hair."""
    top, stripes = random.choice(len(_TOPS), 2, replace=False)
    return Look(
        skin=_SKINS[random.integers(len(_SKINS))],
        hair=_HAIRS[random.integers(len(_HAIRS))],
        top=_TOPS[top],
        stripes=_TOPS[stripes],
        bottom=_BOTTOMS[random.integers(len(_BOTTOMS))],
        shoes=((0.9, 0.9, 0.9), (0.12, 0.1, 0.1), (0.6, 0.15, 0.1))[random.integers(3)],
        sleeve_end_m=_SLEEVE_ENDS_M[random.integers(3)],
        trouser_end_m=_TROUSER_ENDS_M[random.integers(3)],
        pattern=("plain", "stripes", "chest")[random.integers(3)],
        long_hair=bool(random.integers(2)),
    )


def paint(places_m: NDArray[np.floating], look: Look) -> Floats:
    """Colours float32 [V, 3] of the points `places_m` [V, 3] of the shipped body at rest."""
    x, y, z = np.abs(places_m[:, 0]), places_m[:, 1], places_m[:, 2]
    colours = np.tile(np.array(look.skin, np.float32), (len(y), 1))
    _face(colours, x, y, z, look)
    colours[hair_area(places_m, look)] = look.hair
    trousers = (y < _WAIST_M) & (y > look.trouser_end_m) & (x < 0.26)
    colours[trousers] = look.bottom
    colours[trousers & (np.abs(x - 0.125) < 0.008)] *= 0.8
    colours[trousers & (y > _WAIST_M - 0.03)] = np.array(look.bottom) * 0.5
    _shirt(colours, x, y, z, look)
    shoes = y < _SHOES_M
    colours[shoes] = look.shoes
    colours[shoes & (y < 0.018)] = (0.25, 0.22, 0.2)
    return colours


def hair_area(places_m: NDArray[np.floating], look: Look) -> NDArray[np.bool_]:
    """Which points are under hair, bool [V]."""
    x, y, z = np.abs(places_m[:, 0]), places_m[:, 1], places_m[:, 2]
    line = 1.605 - 0.9 * np.clip(0.1 - z, 0, 0.11)
    below = 1.43 if look.long_hair else 1.49
    return np.asarray((x < 0.11) & (y > np.maximum(line, below)) & ((z < 0.13) | (y > 1.6)))


def _face(colours: Floats, x: Floats, y: Floats, z: Floats, look: Look) -> None:
    skin = np.array(look.skin)
    front = (z > 0.07) & (y > 1.42) & (y < 1.62)
    colours[front & (np.hypot((x - 0.034) / 0.017, (y - 1.5515) / 0.008) < 1)] = (0.93, 0.92, 0.9)
    colours[front & (np.hypot(x - 0.034, y - 1.5515) < 0.0085)] = (0.1, 0.07, 0.06)
    brow = front & (np.abs(x - 0.036) < 0.022) & (np.abs(y - 1.571 + 0.1 * (x - 0.03)) < 0.005)
    colours[brow] = 0.6 * np.array(look.hair)
    colours[front & (np.hypot(x / 0.027, (y - 1.481) / 0.009) < 1)] = skin * (0.85, 0.55, 0.55)
    colours[front & (np.hypot(x / 0.02, (y - 1.506) / 0.006) < 1)] = skin * 0.78
    colours[front & (np.hypot((x - 0.045) / 0.02, (y - 1.513) / 0.02) < 1)] *= (1.03, 0.93, 0.92)
    colours[(y < 1.44) & (y > _COLLAR_M) & (x < 0.09)] = skin * 0.86


def _shirt(colours: Floats, x: Floats, y: Floats, z: Floats, look: Look) -> None:
    collar = y > _COLLAR_M - np.where(z > 0.03, 0.25 * np.clip(0.07 - x, 0, 1), 0)
    arm_end = (x > look.sleeve_end_m) & (y < 1.35)
    shirt = (y >= _WAIST_M - 0.05 * (x < 0.2)) & ~collar & ~arm_end & ((y > 1.0) | (x < 0.24))
    shirt |= (x >= 0.24) & (x < look.sleeve_end_m) & (y > 0.9)
    colours[shirt] = look.top
    if look.pattern == "stripes":
        colours[shirt & (np.floor(y / 0.055) % 2 == 0)] = look.stripes
    if look.pattern == "chest":
        colours[shirt & (z > 0.03) & (x < 0.09) & (y > 1.12) & (y < 1.28)] = look.stripes
    colours[shirt & (x < 0.01) & (z > 0.03) & (look.pattern == "plain")] *= 0.7
