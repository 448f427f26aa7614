"""How common skeletons name the joints that we know, by role.

CMU is the naming of cgspeed's conversion of the CMU motion capture data and of our own body;
Mixamo also that of LaFAN1 and of most game rigs; "classic" the one of Biovision's own files.
"""

from collections.abc import Mapping

SIDES = ("left", "right")

Naming = Mapping[str, tuple[str, ...]]

_LEGS_AND_ARMS = {
    "shoulder": "Shoulder", "arm": "Arm", "forearm": "ForeArm", "hand": "Hand",
    "up_leg": "UpLeg", "leg": "Leg", "foot": "Foot", "toe": "ToeBase/Toe",
}  # fmt: skip
_LIMBS: Mapping[str, Mapping[str, str]] = {
    "CMU": _LEGS_AND_ARMS,
    "Mixamo": _LEGS_AND_ARMS,
    "SMPL": {
        "shoulder": "_collar", "arm": "_shoulder", "forearm": "_elbow", "hand": "_wrist",
        "up_leg": "_hip", "leg": "_knee", "foot": "_ankle", "toe": "_foot",
    },
    "classic": {
        "shoulder": "Collar", "arm": "Shoulder", "forearm": "Elbow", "hand": "Wrist",
        "up_leg": "Hip", "leg": "Knee", "foot": "Ankle", "toe": "Toe/Toes",
    },
}  # fmt: skip
_TRUNKS: Mapping[str, Mapping[str, str]] = {
    "CMU": {
        "hips": "Hips", "spine_1": "LowerBack", "spine_2": "Spine", "spine_3": "Spine1",
        "neck_1": "Neck", "neck_2": "Neck1", "head": "Head",
    },
    "Mixamo": {
        "hips": "Hips", "spine_1": "Spine", "spine_2": "Spine1", "spine_3": "Spine2",
        "neck_1": "Neck", "head": "Head",
    },
    "SMPL": {
        "hips": "pelvis", "spine_1": "spine1", "spine_2": "spine2", "spine_3": "spine3",
        "neck_1": "neck", "head": "head",
    },
    "classic": {
        "hips": "Hips", "spine_1": "Ab/Abdomen", "spine_2": "Chest", "spine_3": "Chest2",
        "neck_1": "Neck", "head": "Head",
    },
}  # fmt: skip


def _naming(name: str) -> Naming:
    spelled = str.lower if name == "SMPL" else str.capitalize
    limbs = {
        f"{side}_{part}": tuple(f"{spelled(side)}{end}" for end in ends.split("/"))
        for side in SIDES
        for part, ends in _LIMBS[name].items()
    }
    return {role: tuple(names.split("/")) for role, names in _TRUNKS[name].items()} | limbs


NAMINGS: Mapping[str, Naming] = {name: _naming(name) for name in _TRUNKS}
