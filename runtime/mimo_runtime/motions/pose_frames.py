"""Postures and cameras as the plain numbers that a live stream is told."""

from collections.abc import Iterator

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.rotations import to_quaternion
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.motion import Motion
from mimo_runtime.wire.live import CameraNumbers, PoseFrame


def camera_numbers(camera: Camera) -> CameraNumbers:
    """A camera as plain numbers."""
    return CameraNumbers(
        camera.width_px,
        camera.height_px,
        float(camera.focal_px),
        tuple(map(float, camera.centre_px)),
        tuple(camera.rotation.ravel().tolist()),
        tuple(camera.translation_m.tolist()),
    )


def pose_frame(index: int, capture_s: float, pose: Pose) -> PoseFrame:
    """One posture, captured at `capture_s`."""
    rotations = to_quaternion(pose.rotations)
    return PoseFrame(
        index, capture_s, tuple(pose.root_m.tolist()), tuple(rotations.ravel().tolist())
    )


def pose_frames(motion: Motion, cameras: CameraPath | None = None) -> Iterator[PoseFrame]:
    """Every posture of `motion`, captured at its rate from 0 s on, seen by `cameras` if any."""
    for index in range(motion.frame_count):
        yield PoseFrame(
            index,
            float(index / motion.rate_fps),
            tuple(motion.root_m[index].tolist()),
            tuple(motion.rotations[index].ravel().tolist()),
            None if cameras is None else camera_numbers(cameras.at(index)),
        )
