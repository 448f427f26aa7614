"""What somebody wears: colours and cuts, drawn at random, and the colour of any point at rest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_synthetic.people.prints import Print, random_print

Floats = NDArray[np.float32]
Random = np.random.Generator

WAIST_M, COLLAR_M, SHOES_M = 0.93, 1.385, 0.085
_SKINS: Final = np.array(
    [(0.95, 0.80, 0.70), (0.86, 0.68, 0.57), (0.72, 0.52, 0.40), (0.50, 0.34, 0.25),
     (0.30, 0.20, 0.15)]
)  # fmt: skip
_HAIRS: Final = np.array(
    [(0.06, 0.05, 0.05), (0.22, 0.13, 0.08), (0.45, 0.28, 0.14), (0.80, 0.66, 0.40),
     (0.62, 0.60, 0.58), (0.55, 0.18, 0.08)]
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Colours 0..1 and cuts in metres of the body at rest.

    `sleeve_m` is how far from the middle sleeves reach, `hem_m` the height at which trousers end,
    `jacket` whether the top is open in front over another colour, `dress` whether the skirt is of
    the top's cloth, `top_end_m` the height of the top's lower edge.
    """

    skin: Floats
    hair: Floats
    top: Print
    inner: Floats
    bottom: Print
    shoes: Floats
    sleeve_m: float
    hem_m: float
    top_end_m: float
    jacket: bool
    dress: bool
    hair_line_m: float
    beard: bool


def random_look(random: Random) -> Look:
    """Somebody's clothes, skin and hair."""
    return Look(
        skin=_mixed(random, _SKINS),
        hair=_mixed(random, _HAIRS) if random.random() < 0.9 else random.random(3).astype("f4"),
        top=random_print(random),
        inner=random.random(3).astype(np.float32),
        bottom=random_print(random, plain=0.7),
        shoes=(random.random(3) * random.choice([0.3, 1.0])).astype(np.float32),
        sleeve_m=float(random.choice([0.2, 0.26, 0.32, 0.46, 0.6])),
        hem_m=float(random.choice([0.75, 0.55, 0.3, 0.1, 0.1, 0.1])),
        top_end_m=float(WAIST_M - random.uniform(-0.02, 0.18)),
        jacket=bool(random.random() < 0.25),
        dress=bool(random.random() < 0.4),
        hair_line_m=float(random.uniform(1.585, 1.615)),
        beard=bool(random.random() < 0.12),
    )


def paint(rest_m: NDArray[np.floating], look: Look) -> Floats:
    """Colours float32 [V, 3] of points [V, 3] of the unchanged body's surface."""
    x, y, z = np.abs(rest_m[:, 0]), rest_m[:, 1], rest_m[:, 2]
    colours = np.tile(look.skin, (len(y), 1)).astype(np.float32)
    _face(colours, x, y, z, look)
    colours[scalp(rest_m, look)] = look.hair
    trousers = (y < WAIST_M + 0.02) & (y > look.hem_m) & (x < 0.26)
    colours[trousers] = look.bottom.colours(rest_m[trousers])
    shirt = under_top(rest_m, look)
    colours[shirt] = look.top.colours(rest_m[shirt])
    if look.jacket:
        colours[shirt & (x < 0.055) & (z > 0.03)] = look.inner
    shoes = y < SHOES_M
    colours[shoes] = look.shoes
    colours[shoes & (y < 0.018)] = look.shoes * 0.3
    return colours


def under_top(rest_m: NDArray[np.floating], look: Look) -> NDArray[np.bool_]:
    """Which points the top covers, bool [V]."""
    x, y, z = np.abs(rest_m[:, 0]), rest_m[:, 1], rest_m[:, 2]
    collar = y > COLLAR_M - np.where(z > 0.03, 0.25 * np.clip(0.07 - x, 0, 1), 0)
    trunk = (y > look.top_end_m) & (x < 0.24)
    arms = (x >= 0.17) & (x < look.sleeve_m) & (y > 0.8) & (y < 1.5)
    return np.asarray((trunk | arms) & ~collar)


def scalp(rest_m: NDArray[np.floating], look: Look) -> NDArray[np.bool_]:
    """Which points are under hair, bool [V]."""
    x, y, z = np.abs(rest_m[:, 0]), rest_m[:, 1], rest_m[:, 2]
    line = look.hair_line_m - 0.9 * np.clip(0.1 - z, 0, 0.11)
    return np.asarray((x < 0.11) & (y > np.maximum(line, 1.47)) & ((z < 0.13) | (y > 1.6)))


def _mixed(random: Random, palette: NDArray[np.floating]) -> Floats:
    """A colour between two neighbours of a palette, a little off."""
    place = random.uniform(0, len(palette) - 1)
    low = min(int(place), len(palette) - 2)
    mixed = palette[low] + (place - low) * (palette[low + 1] - palette[low])
    return np.asarray((mixed + random.normal(0, 0.02, 3)).clip(0.02, 1), np.float32)


def _face(colours: Floats, x: Floats, y: Floats, z: Floats, look: Look) -> None:
    skin = look.skin
    front = (z > 0.07) & (y > 1.42) & (y < 1.62)
    colours[front & (np.hypot((x - 0.034) / 0.017, (y - 1.5515) / 0.008) < 1)] = (0.93, 0.92, 0.9)
    colours[front & (np.hypot(x - 0.034, y - 1.5515) < 0.0085)] = (0.1, 0.07, 0.06)
    brow = front & (np.abs(x - 0.036) < 0.022) & (np.abs(y - 1.571 + 0.1 * (x - 0.03)) < 0.005)
    colours[brow] = 0.6 * look.hair
    colours[front & (np.hypot(x / 0.027, (y - 1.481) / 0.009) < 1)] = skin * (0.85, 0.55, 0.55)
    colours[front & (np.hypot(x / 0.02, (y - 1.506) / 0.006) < 1)] = skin * 0.78
    if look.beard:
        jaw = (z > 0.02) & (y > 1.42) & (y < 1.5) & (np.hypot(x / 0.027, (y - 1.481) / 0.009) >= 1)
        colours[jaw & (x < 0.075)] = 0.5 * skin + 0.5 * look.hair
    colours[(y < 1.44) & (y > COLLAR_M) & (x < 0.09)] = skin * 0.9
