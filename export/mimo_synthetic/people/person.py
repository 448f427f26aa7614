"""A made-up person: the shipped body in some shape, dressed in cloth and hair that stand off it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body, wearing
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.shipped import load_body
from mimo_synthetic.people.garments import Garment, garment
from mimo_synthetic.people.headgear import bun, hat
from mimo_synthetic.people.looks import WAIST_M, Look, paint, random_look, scalp, under_top

Random = np.random.Generator
Shape = Mapping[str, float]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """`bare` is the body without anything, of `shape`; `dressed` wears `look`, hair and skirt."""

    shape: Shape
    bare: Body
    dressed: Body
    look: Look


def random_person(random: Random) -> Person:
    """A man or a woman of some build in some clothes."""
    shape = random_shape(random)
    bare, look = load_body(shape), random_look(random)
    rest = rest_places_m()
    vertices = (
        bare.vertices_m
        + vertex_normals(bare.vertices_m, bare.triangles) * (_offsets(random, rest, look)[:, None])
    )
    body = replace(bare, vertices_m=vertices, colours=paint(rest, look))
    for piece, colours in _pieces(random, shape, bare, look):
        body = _joined(body, piece, colours)
    return Person(shape, bare, body, look)


def random_shape(random: Random) -> dict[str, float]:
    """Some build, within what people have."""
    return {
        "male": float(random.uniform(-1, 1)),
        ("heavy", "light")[random.integers(2)]: float(random.uniform(0, 0.8)),
        ("muscular", "slight")[random.integers(2)]: float(random.uniform(0, 0.6)),
        ("tall", "short")[random.integers(2)]: float(random.uniform(0, 0.15)),
    }


@cache
def rest_places_m() -> Array:
    """Where the surface points of the unchanged body are, float64 [V, 3]."""
    return load_body().vertices_m


def _offsets(random: Random, rest: Array, look: Look) -> Array:
    """How far cloth and hair stand off the skin, float64 [V] in metres."""
    x, y = np.abs(rest[:, 0]), rest[:, 1]
    off = np.zeros(len(rest))
    loose_top, loose_legs = random.uniform(0.004, 0.05, 2) * random.choice([0.4, 1.0], 2)
    waves = random.normal(0, 9, (3, 3))
    folds = 1 + 0.35 * np.sin(rest @ waves + random.uniform(0, 6, 3)).mean(axis=1)
    legs = (y > look.hem_m) & (y <= WAIST_M) & (x < 0.26)
    flare = 1 + random.uniform(-0.4, 1.2) * np.clip((0.8 - y) / 0.7, 0, 1)
    off[legs] = (loose_legs * folds * flare)[legs] * np.clip(
        (WAIST_M + 0.02 - y[legs]) / 0.12, 0, 1
    )
    top = under_top(rest, look)
    off[top] = (loose_top * folds)[top]
    head = scalp(rest, look)
    off[head] = random.choice([0.003, 0.012, 0.025, 0.05]) * random.uniform(0.7, 1.1)
    off[y < 0.085] = random.uniform(0.002, 0.014)
    return off


def _pieces(
    random: Random, shape: Shape, bare: Body, look: Look
) -> list[tuple[Garment, NDArray[np.float32]]]:
    pieces = []
    if random.random() < 0.35:
        skirt = _cut_skirt(random, garment("skirt", shape, bare))
        cloth = look.top if look.dress else look.bottom
        pieces.append((skirt, cloth.colours(skirt.rest_m)))
    if random.random() < 0.42:
        hair = garment("hair", shape, bare)
        open_face = (hair.rest_m[:, 2] < 0.09) | (hair.rest_m[:, 1] > 1.6) | (random.random() < 0.1)
        hair = hair.kept((hair.rest_m[:, 1] > random.uniform(1.02, 1.5)) & open_face)
        shade = 1 + 0.12 * np.sin(90 * hair.rest_m[:, :1] + random.uniform(0, 6))
        pieces.append((hair, (look.hair * shade).clip(0, 1).astype(np.float32)))
    for make, chance in ((bun, 0.12), (hat, 0.12)):
        if random.random() < chance:
            pieces.append(make(random, bare, look))
    return pieces


def _cut_skirt(random: Random, skirt: Garment) -> Garment:
    """Hem and flare at random."""
    hem, flare = random.uniform(0.3, 0.72), random.uniform(0.0, 0.5)
    down = np.clip((0.95 - skirt.rest_m[:, 1]) / 0.6, 0, 1)[:, None]
    centre = np.array([0, 0, skirt.vertices_m[:, 2].mean()])
    wide = (skirt.vertices_m - centre) * (1, 0, 1) * flare * down
    return replace(skirt, vertices_m=skirt.vertices_m + wide).kept(skirt.rest_m[:, 1] > hem)


def _joined(body: Body, piece: Garment, colours: NDArray[np.float32]) -> Body:
    """`body` wearing `piece`, as one mesh."""
    carried_by = piece.weight_joints, piece.weights
    surface = np.zeros((len(piece.vertices_m), 3), np.float32)
    return wearing(
        body, piece.vertices_m, piece.triangles, carried_by, surface, colours.astype(np.float32)
    )
