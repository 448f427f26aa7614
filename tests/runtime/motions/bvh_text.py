"""Writes BVH files for tests."""

from collections.abc import Sequence

import numpy as np

CMU_PARTS = {
    "Hips": ("", (0, 0, 0)),
    "LeftUpLeg": ("Hips", (1.5, -1.5, 0)),
    "LeftLeg": ("LeftUpLeg", (2.0, -7, 0)),
    "LeftFoot": ("LeftLeg", (2.0, -7, 0)),
    "LeftToeBase": ("LeftFoot", (0, -0.5, 2)),
    "RightUpLeg": ("Hips", (-1.5, -1.5, 0)),
    "RightLeg": ("RightUpLeg", (-2.0, -7, 0)),
    "RightFoot": ("RightLeg", (-2.0, -7, 0)),
    "RightToeBase": ("RightFoot", (0, -0.5, 2)),
    "LowerBack": ("Hips", (0, 0.5, 0)),
    "Spine1": ("LowerBack", (0, 4, 0)),
    "Neck": ("Spine1", (0, 2, 0)),
    "Head": ("Neck", (0, 1.5, 0)),
    "LeftArm": ("Spine1", (3, 1, 0)),
    "LeftForeArm": ("LeftArm", (5, 0, 0)),
    "LeftHand": ("LeftForeArm", (4, 0, 0)),
    "RightArm": ("Spine1", (-3, 1, 0)),
    "RightForeArm": ("RightArm", (-5, 0, 0)),
    "RightHand": ("RightForeArm", (-4, 0, 0)),
}
ROOT_CHANNELS = "Xposition Yposition Zposition Zrotation Yrotation Xrotation"


def bvh_text(
    frames: np.ndarray,
    frame_time_s: float = 1 / 30,
    *,
    turn: np.ndarray | None = None,
    rename: dict[str, str] | None = None,
) -> str:
    """A person of `CMU_PARTS`; frames [N, 6 + 3 x 18]: the root's place, then angles Z, Y, X.

    turn: brings every offset, a matrix [3, 3]. rename: other names for joints.
    """
    axes = np.eye(3) if turn is None else turn
    named = rename or {}
    hierarchy = _joint("Hips", axes, named)
    rows = [" ".join(f"{value:.6f}" for value in frame) for frame in frames]
    timing = ["MOTION", f"Frames: {len(frames)}", f"Frame Time: {frame_time_s:.7f}"]
    return "\n".join(["HIERARCHY", *hierarchy, *timing, *rows]) + "\n"


def _joint(name: str, axes: np.ndarray, named: dict[str, str]) -> Sequence[str]:
    parent, offset = CMU_PARTS[name]
    children = [child for child, (above, _) in CMU_PARTS.items() if above == name]
    channels = "3 Zrotation Yrotation Xrotation" if parent else f"6 {ROOT_CHANNELS}"
    inner = [f"OFFSET {' '.join(map(str, axes @ offset))}", f"CHANNELS {channels}"]
    for child in children:
        inner += _joint(child, axes, named)
    if not children:
        inner += ["End Site", "{", f"OFFSET {' '.join(map(str, axes @ (0.0, 0.5, 1)))}", "}"]
    kind = "JOINT" if parent else "ROOT"
    return [f"{kind} {named.get(name, name)}", "{", *(f"  {line}" for line in inner), "}"]


def random_frames(seed: int, count: int = 4) -> np.ndarray:
    random = np.random.default_rng(seed)
    frames = random.uniform(-60, 60, (count, 3 + 3 * len(CMU_PARTS)))
    frames[:, :3] = random.uniform((-5, 12, -5), (5, 22, 5), (count, 3))
    return frames
