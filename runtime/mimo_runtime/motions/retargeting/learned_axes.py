"""How a joint's axes lie to its bone, learned from the frames of a motion."""

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.rotations import shortest_turn, unit
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.retargeting.hinges import LIMBS, bend_axis, hinge
from mimo_runtime.motions.retargeting.humanoid_bones import TRUNK
from mimo_runtime.motions.retargeting.person import Person
from mimo_runtime.motions.retargeting.rotation_angles import nearest_rotation
from mimo_runtime.motions.retargeting.skeleton_conventions import ARM_BONES, LEG_BONES
from mimo_runtime.motions.retargeting.usual_directions import side_and_part, usual_direction

_CARRIED = {"arm": "shoulder", "forearm": "arm", "hand": "forearm", "leg": "up_leg",
            "foot": "leg", "toe": "foot"}  # fmt: skip


def learned_axes(
    person: Person, placed: JointTransforms, bone: str, aligned: dict[str, Array]
) -> Array:
    """How a person's axes lie in those of the joint of `bone` [3, 3], by the frames."""
    _, part = side_and_part(bone)
    usual, vector = usual_direction(bone), person.bone(bone)
    bends = hinge(person, placed, bone) if part in LIMBS else None
    if bends is not None:
        theirs, ours = unit(vector), bend_axis(part, usual)
        across_bone = unit(bends - (bends @ theirs) * theirs)
        return np.asarray(_frame(theirs, across_bone) @ _frame(usual, ours).T, np.float64)
    carrier = _carrier(bone, aligned)
    above = placed.turns[:, person.bones[carrier]] @ aligned[carrier]
    turns = placed.turns[:, person.bones[bone]]
    if not vector.any():
        return nearest_rotation(np.einsum("nba,nbc->ac", turns, above))
    pointing = np.einsum("nca,ncb,b->na", above, turns, unit(vector))
    shortest_turns = shortest_turn(usual, pointing)
    weights = 1 + pointing @ usual
    mean = np.einsum("n,nba,nbc,ncd->ad", weights, turns, above, shortest_turns)
    mean = nearest_rotation(mean)
    return np.asarray(shortest_turn(mean @ usual, vector) @ mean, np.float64)


def _carrier(bone: str, aligned: dict[str, Array]) -> str:
    """The nearest bone towards the hips whose axes are known."""
    side, part = side_and_part(bone)
    carrier = f"{side}_{_CARRIED[part]}" if part in _CARRIED else ""
    if carrier in aligned:
        return carrier
    if part in LEG_BONES:
        return "hips"
    trunk = [trunk_bone for trunk_bone in TRUNK if trunk_bone in aligned]
    if part in ARM_BONES:
        return [trunk_bone for trunk_bone in trunk if trunk_bone in TRUNK[:4]][-1]
    return [trunk_bone for trunk_bone in trunk if TRUNK.index(trunk_bone) < TRUNK.index(bone)][-1]


def _frame(along: Array, across_bone: Array) -> Array:
    return np.stack([along, across_bone, np.cross(along, across_bone)], axis=1)
