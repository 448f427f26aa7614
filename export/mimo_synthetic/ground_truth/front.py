"""The thing in front of the person at every moment of a clip."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_synthetic.ground_truth.actor import acting
from mimo_synthetic.ground_truth.cameras import camera_at
from mimo_synthetic.ground_truth.person import random_person
from mimo_synthetic.ground_truth.props import STANDING, ball, ball_position_m, standing_solid
from mimo_synthetic.ground_truth.spec import ClipSpec

Array = NDArray[np.float64]
_AHEAD_M = 1.1
_HURRY = Fraction(9, 5)  # walks this much faster, in at one side and out at the other


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """A mesh named `kind` whose vertices are at `vertices_m(index)`, float64 [V, 3]."""

    kind: str
    mesh: Body
    vertices_m: Callable[[int], Array]


def front_of(spec: ClipSpec) -> Front | None:
    """What `spec.occluder` is in this clip: which thing it is goes by the seed."""
    random = np.random.default_rng((spec.seed, 3))
    if spec.occluder == "standing":
        kind = STANDING[(spec.seed // 2 + spec.seed // 6) % len(STANDING)]
        mesh = standing_solid(kind, random, _middle_m(spec))
        return Front(kind, mesh, lambda _: mesh.vertices_m)
    if spec.occluder == "moving":
        return _walker(spec, random) if spec.seed // 2 % 2 else _ball(spec, random)
    return None


def _middle_m(spec: ClipSpec) -> Array:
    """A point of the floor 1.1 m in front of the person, on the line of sight to it."""
    position_m = camera_at("static", spec.seed, 0, 1, spec.size_px).position_m
    return np.array([position_m[0] * _AHEAD_M / position_m[2], 0, _AHEAD_M])


def _ball(spec: ClipSpec, random: np.random.Generator) -> Front:
    mesh = ball(random)
    seed = int(random.integers(2**31))
    last, middle_m = max(1, spec.frame_count - 1), _middle_m(spec)

    def vertices_m(index: int) -> Array:
        position_m = ball_position_m(np.random.default_rng(seed), index / last)
        return mesh.vertices_m + middle_m + position_m

    return Front("ball", mesh, vertices_m)


def _walker(spec: ClipSpec, random: np.random.Generator) -> Front:
    person = random_person(random)
    side = float(random.choice([-90, 90]))
    slower_fps = spec.rate_fps / _HURRY
    actor = acting(person, "walk", spec.frame_count, slower_fps, side, (0.0, 1.0))
    return Front("person", person.body, actor.vertices_m)
