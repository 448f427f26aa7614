"""Skeletons are known by the names of their joints."""

import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.smpl_joints import JOINT_NAMES
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.roles import REQUIRED, find_roles

SIDES = ("Left", "Right")
MIXAMO = (
    "Hips", "Spine", "Spine1", "Spine2", "Neck", "Head",
    *(f"{s}{p}" for s in SIDES for p in ("Shoulder", "Arm", "ForeArm", "Hand")),
    *(f"{s}{p}" for s in SIDES for p in ("UpLeg", "Leg", "Foot", "ToeBase")),
)  # fmt: skip
CLASSIC = (
    "Hips", "Ab", "Chest", "Neck", "Head",
    *(f"{s}{p}" for s in SIDES for p in ("Collar", "Shoulder", "Elbow", "Wrist")),
    *(f"{s}{p}" for s in SIDES for p in ("Hip", "Knee", "Ankle", "Toes")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("names", "role", "joint"),
    [
        (load_body().skeleton.names, "spine_3", "Spine1"),
        (MIXAMO, "spine_2", "Spine1"),
        (tuple(f"mixamorig:{name}" for name in MIXAMO), "left_arm", "mixamorig:LeftArm"),
        (tuple(name.upper() for name in MIXAMO), "right_toe", "RIGHTTOEBASE"),
        (CLASSIC, "left_arm", "LeftShoulder"),
        (CLASSIC, "right_toe", "RightToes"),
        (JOINT_NAMES[24], "left_arm", "left_shoulder"),
        (JOINT_NAMES[52], "right_up_leg", "right_hip"),
    ],
)
def test_common_namings_are_known(names: tuple[str, ...], role: str, joint: str) -> None:
    roles = find_roles(names, "x.bvh")
    assert set(REQUIRED) <= set(roles)
    assert names[roles[role]] == joint


def test_joints_that_are_missing_are_listed_by_the_nearest_naming() -> None:
    names = tuple(name for name in MIXAMO if name not in ("LeftForeArm", "RightFoot"))
    with pytest.raises(MediaError, match=r"'x\.bvh'.*missing: RightFoot, LeftForeArm\. Rename"):
        find_roles(names, "x.bvh")


def test_a_skeleton_of_something_else_is_a_sentence() -> None:
    with pytest.raises(MediaError, match="none of the known namings"):
        find_roles(("tail", "wing"), "bird.bvh")
