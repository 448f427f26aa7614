"""Motion folders of somebody who stays where they are."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.rotations import to_quaternion
from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.drawing import draw_motion
from mimo_runtime.motions.folder import SURFACE
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_clip import PoseClip


def at_rest(frames: int) -> NDArray[np.float64]:
    """Rotations [frames, joints, 3, 3] of the shipped body at rest."""
    return np.tile(np.eye(3), (frames, load_body().skeleton.joint_count, 1, 1))


def draw_turns(folder: Path, turns: NDArray[np.float64], camera: Camera) -> None:
    """Write the motion folder of rotations as in `at_rest`, ten a second."""
    body, count = load_body(), len(turns)
    motion = Motion(
        joints=body.skeleton.names,
        rate_fps=Fraction(10),
        root_m=np.tile(body.skeleton.rest_m[0], (count, 1)).astype(np.float32),
        rotations=to_quaternion(turns).astype(np.float32),
    )
    clip = PoseClip(motion, body.skeleton, CameraPath.still(camera, count))
    draw_motion(folder, body, SURFACE, clip, lambda _done, _total: None)
