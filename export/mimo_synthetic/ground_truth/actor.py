"""Somebody who does something somewhere in the yard."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np

from mimo_runtime.body.pose import transforms_of
from mimo_runtime.body.rotations import about_axis, from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.procedural import PROCEDURAL
from mimo_synthetic.ground_truth.person import Person

_FACING_DEG: Final = {"walk": (75, 90), "kick": (25, 60), "pick-up": (20, 65), "squat": (10, 60)}
_USUAL_DEG: Final = (0, 35)


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A `person` who does `motion`."""

    person: Person
    motion: Motion

    def joints_m(self, index: int) -> Array:
        """Joints of frame `index` in the world, float64 [J, 3]."""
        return transforms_of(self.person.body.skeleton, self.motion.pose(index)).joints_m

    def vertices_m(self, index: int) -> Array:
        """The surface in frame `index`, float64 [V, 3]."""
        return pose_vertices(self.person.body, self.motion.pose(index))


def acting(
    person: Person,
    motion: str,
    frame_count: int,
    rate_fps: Fraction,
    facing_deg: float,
    middle_m: tuple[float, float],
) -> Actor:
    """`person` doing `motion`, turned to the left by `facing_deg`, on average at (x, z)."""
    done = PROCEDURAL[motion](person.body.skeleton, frame_count, rate_fps)
    turn = about_axis(1, facing_deg)
    root = done.root_m @ turn.T
    root[:, [0, 2]] += np.array(middle_m) - root[:, [0, 2]].mean(axis=0)
    rotations = from_quaternion(done.rotations)
    rotations[:, 0] = turn @ rotations[:, 0]
    turned = to_quaternion(rotations).astype(np.float32)
    return Actor(person, replace(done, root_m=root.astype(np.float32), rotations=turned))


def facing_deg(motion: str, random: np.random.Generator) -> float:
    """A direction in which the motion is seen well enough."""
    return float(random.choice([-1, 1]) * random.uniform(*_FACING_DEG.get(motion, _USUAL_DEG)))
