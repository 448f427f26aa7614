"""Settings and postures of a live stream as messages of the wire."""

from collections.abc import Sequence

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.wire.driving import DrivingFormat, DrivingFrame
from mimo_runtime.wire.enums import DRIVING_CODECS, PICTURE_FORMATS, POLICIES
from mimo_runtime.wire.live import CameraNumbers, LiveSettings, PictureFormat, PoseFrame
from mimo_runtime.wire.live_change import LiveChange


def live_config(
    asked: LiveSettings, picture: PictureFormat, quality: int, resume_s: float = 0.0
) -> pb.LiveConfig:
    """The first message."""
    rate_fps = asked.rate_fps
    return pb.LiveConfig(
        rate_numerator=rate_fps.numerator,
        rate_denominator=rate_fps.denominator,
        camera=None if asked.driving else live_camera(asked.camera),
        latency_ms=None if asked.latency_s is None else asked.latency_s * 1000,
        policy={word: number for number, word in POLICIES.items()}[asked.policy],
        body=asked.body,
        shape=asked.shape,
        format={word: number for number, word in PICTURE_FORMATS.items()}[picture],
        quality=quality,
        steps=asked.settings.steps,
        guidance=asked.settings.guidance,
        seed=asked.settings.seed,
        solver=asked.settings.solver or "",
        step_table=asked.settings.step_table or "",
        guidance_interval=asked.settings.guidance_interval or "",
        driving=None if asked.driving is None else _driving(asked.driving),
        resume_s=resume_s,
    )


def live_pose(frame: PoseFrame) -> pb.LivePose:
    """One posture."""
    return pb.LivePose(
        index=frame.index,
        capture_s=frame.capture_s,
        root_m=frame.root_m,
        rotations=frame.rotations,
        camera=None if frame.camera is None else live_camera(frame.camera),
    )


def live_driving(frame: DrivingFrame) -> pb.LiveDrivingFrame:
    """One encoded frame."""
    return pb.LiveDrivingFrame(index=frame.index, capture_s=frame.capture_s, data=frame.data)


def live_change(change: LiveChange, inputs: Sequence[pb.Input.ValueType]) -> pb.LiveChange:
    """A change whose pictures, `inputs`, will follow."""
    return pb.LiveChange(
        number=change.number,
        from_pose_index=change.from_index,
        inputs=inputs,
        steps=change.steps,
        guidance=change.guidance,
        latency_ms=None if change.latency_s is None else change.latency_s * 1000,
        displayed_frame=change.displayed_frame,
        solver=change.solver,
        step_table=change.step_table,
        guidance_interval=change.guidance_interval,
    )


def _driving(driving: DrivingFormat) -> pb.LiveDriving:
    return pb.LiveDriving(
        codec={word: number for number, word in DRIVING_CODECS.items()}[driving.codec],
        width_px=driving.width_px,
        height_px=driving.height_px,
        turn_deg=driving.turn_deg,
        description=driving.description,
    )


def live_camera(camera: CameraNumbers) -> pb.LiveCamera:
    """A camera."""
    return pb.LiveCamera(
        width_px=camera.width_px,
        height_px=camera.height_px,
        focal_px=camera.focal_px,
        centre_px=camera.centre_px,
        rotation=camera.rotation,
        translation_m=camera.translation_m,
    )
