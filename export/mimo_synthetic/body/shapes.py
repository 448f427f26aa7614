"""Macro shapes: an adult in the middle of all sliders, and what each slider adds to it."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mimo_synthetic.body.obj import Array

Shares = Mapping[str, float]
GENDERS = ("female", "male")
REGIONS = ("african", "asian", "caucasian")


def _build(gender: str, muscle: str = "average", weight: str = "average") -> str:
    return f"universal-{gender}-young-{muscle}muscle-{weight}weight"


def _adult(gender: str, share: float) -> dict[str, float]:
    regions = {f"{region}-{gender}-young": share / len(REGIONS) for region in REGIONS}
    return regions | {_build(gender): share}


def _change(muscle: str = "average", weight: str = "average") -> dict[str, float]:
    added = {_build(gender, muscle, weight): 0.5 for gender in GENDERS}
    return added | {_build(gender): -0.5 for gender in GENDERS}


def _stature(extreme: str) -> dict[str, float]:
    name = "height/{}-young-averagemuscle-averageweight-{}height"
    return {name.format(gender, extreme): 0.5 for gender in GENDERS}


NEUTRAL: Shares = _adult("female", 0.5) | _adult("male", 0.5)
SHAPES: Mapping[str, Shares] = {
    "male": _adult("male", 0.5) | _adult("female", -0.5),
    "heavy": _change(weight="max"),
    "light": _change(weight="min"),
    "muscular": _change(muscle="max"),
    "slight": _change(muscle="min"),
    "tall": _stature("max"),
    "short": _stature("min"),
}


def blend(source: Path, shares: Shares, vertex_count: int) -> Array:
    """The sum of the named targets under `source`, each times its share; float64 [N, 3]."""
    total = np.zeros((vertex_count, 3))
    for name, share in shares.items():
        path = source / "targets" / "macrodetails" / f"{name}.target.gz"
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        moves = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        rows = np.array(moves, float).reshape(-1, 4)
        total[rows[:, 0].astype(np.int64)] += share * rows[:, 1:]
    return total
