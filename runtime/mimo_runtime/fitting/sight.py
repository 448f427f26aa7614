"""Postures as a camera sees them: in axes with y up, the camera at the origin, looking along -z."""

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.fitting.observations import UPRIGHT
from mimo_runtime.fitting.solve import Poses


def to_sight(pose: Pose, camera: Camera) -> Poses:
    """`pose` as `camera` sees it, N = 1."""
    turn = UPRIGHT @ camera.rotation
    rotations = pose.rotations.copy()
    rotations[0] = turn @ rotations[0]
    root = UPRIGHT @ camera.to_camera(pose.root_m)
    return Poses(root[None], rotations[None])


def from_sight(poses: Poses, camera: Camera) -> Pose:
    """The first of `poses`, as `camera` sees them, in the camera's world."""
    turn = UPRIGHT @ camera.rotation
    rotations = poses.rotations[0].copy()
    rotations[0] = turn.T @ rotations[0]
    position_m = camera.rotation.T @ (UPRIGHT @ poses.root_m[0] - camera.translation_m)
    return Pose(position_m, rotations)
