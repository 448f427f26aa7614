"""A person: the shipped body in some shape, with hair and clothes that stand off the skin."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.shipped import load_body
from mimo_synthetic.ground_truth.paint import hair_area, paint, random_look

_HAIR_M, _SHIRT_M, _TROUSERS_M = 0.016, 0.009, 0.007


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """`body` in its colours; `height_m` of it at rest without hair."""

    body: Body
    height_m: float


def random_person(random: np.random.Generator) -> Person:
    """A man or a woman of some build in some clothes."""
    shape = {
        "male": float(random.choice([-1, 1]) * random.uniform(0.5, 1)),
        ("heavy", "light")[random.integers(2)]: float(random.uniform(0, 0.5)),
        "muscular": float(random.uniform(0, 0.5)),
        ("tall", "short")[random.integers(2)]: float(random.uniform(0, 0.12)),
    }
    look = random_look(random)
    body = load_body(shape)
    places = rest_places_m()
    dressed = paint(places, look)
    off = np.zeros(len(places))
    off[hair_area(places, look)] = _HAIR_M
    y, across = places[:, 1], np.abs(places[:, 0])
    off[(y > 0.93) & (y < 1.36) & (across < look.sleeve_end_m)] = _SHIRT_M
    off[(y > look.trouser_end_m) & (y <= 0.93) & (across < 0.26)] = _TROUSERS_M
    moved = body.vertices_m + vertex_normals(body.vertices_m, body.triangles) * off[:, None]
    height_m = float(np.ptp(body.vertices_m[:, 1]))
    return Person(replace(body, vertices_m=moved, colours=dressed), height_m)


@cache
def rest_places_m() -> NDArray[np.float64]:
    """Where the surface points of the unchanged body are, float64 [V, 3]."""
    return load_body().vertices_m
