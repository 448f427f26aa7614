"""Cloth: one colour, stripes, checks, dots, a mark on the chest, or smooth random patches."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PATTERNS: Final = ("plain", "rows", "columns", "checks", "dots", "chest", "patches", "halves")


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A `pattern` in two colours, float32 [3]; `step_m` its period, `waves` of the patches."""

    pattern: str
    first: Floats
    second: Floats
    step_m: float
    waves: Floats

    def colours(self, rest_m: NDArray[np.floating]) -> Floats:
        """float32 [V, 3] of points [V, 3] at rest."""
        share = self._share(*rest_m.T)[:, None]
        return np.asarray(self.first * (1 - share) + self.second * share, np.float32)

    def _share(self, x: Floats, y: Floats, z: Floats) -> Floats:
        step = self.step_m
        rows, columns = np.floor(y / step) % 2, np.floor((x + z) / step + 0.5) % 2
        if self.pattern == "rows":
            return np.asarray(rows, np.float32)
        if self.pattern == "columns":
            return np.asarray(columns, np.float32)
        if self.pattern == "checks":
            return np.asarray((rows + columns) / 2, np.float32)
        if self.pattern == "dots":
            away = np.hypot(y % step - step / 2, (x + z) % step - step / 2)
            return np.asarray(away < step * 0.3, np.float32)
        if self.pattern == "chest":
            inside = (np.abs(x) < 0.1) & (np.abs(y - 1.2) < 0.08) & (z > 0.03)
            return np.asarray(inside & (rows != columns) | (inside & (step > 0.1)), np.float32)
        if self.pattern == "halves":
            return np.asarray(x > 0, np.float32)
        if self.pattern == "patches":
            phases = np.stack([x, y, z], axis=1) @ self.waves[:, :3].T + self.waves[:, 3]
            return np.asarray(0.5 + 0.5 * np.tanh(np.sin(phases).sum(axis=1)), np.float32)
        return np.zeros(len(x), np.float32)


def random_print(random: np.random.Generator, plain: float = 0.35) -> Print:
    """Some cloth; `plain` is how often it is of one colour."""
    pattern = "plain" if random.random() < plain else str(random.choice(PATTERNS[1:]))
    first, second = (random.random(3) * random.uniform(0.25, 1) for _ in range(2))
    waves = np.column_stack([random.normal(0, 18, (5, 3)), random.uniform(0, 6.3, 5)])
    return Print(
        pattern,
        first.astype(np.float32),
        second.astype(np.float32),
        float(random.uniform(0.05, 0.16)),
        waves.astype(np.float32),
    )
