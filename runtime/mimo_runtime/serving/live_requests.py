"""What the client of a live stream sent, turned into the nouns of the runtime."""

from fractions import Fraction

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.capture.packet_stream import driving_camera
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.address import is_local
from mimo_runtime.serving.requests import SOLVER_WORDS
from mimo_runtime.wire.driving import DrivingCodec, DrivingFormat, DrivingFrame
from mimo_runtime.wire.enums import DRIVING_CODECS, INPUTS, PICTURE_FORMATS, POLICIES
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.live import CameraNumbers, LiveSettings, PictureFormat, PoseFrame
from mimo_runtime.wire.live_change import LiveChange
from mimo_runtime.wire.settings import Settings

_QUALITY = 90


def live_settings(config: pb.LiveConfig) -> LiveSettings:
    """The settings of a config.

    Raises:
        InvalidRequestError: a value cannot be used.
    """
    policy = config.policy or pb.LIVE_POLICY_LIVE
    if policy not in POLICIES:
        raise InvalidRequestError(f"policy is {policy}; this server knows live and lossless.")
    driving = _driving(config.driving) if config.HasField("driving") else None
    if config.HasField("camera") is (driving is not None):
        raise InvalidRequestError(
            "A config needs either a camera, for postures, or 'driving', for encoded frames, in "
            "which the camera is found; send one of them."
        )
    settings = Settings(
        steps=config.steps if config.HasField("steps") else None,
        guidance=config.guidance if config.HasField("guidance") else None,
        seed=config.seed if config.HasField("seed") else Settings().seed,
        **{name: getattr(config, name) for name in SOLVER_WORDS if getattr(config, name)},
    )
    return LiveSettings(
        rate_fps=Fraction(config.rate_numerator, config.rate_denominator or 1),
        camera=_camera(config.camera) if driving is None else driving_camera(driving),
        latency_s=config.latency_ms / 1000 if config.HasField("latency_ms") else None,
        policy=POLICIES[policy],
        body=config.body,
        shape=dict(config.shape),
        settings=settings,
        driving=driving,
    )


def picture_format(config: pb.LiveConfig, peer: str) -> tuple[PictureFormat, int]:
    """How frames are encoded, and the quality of JPEG; `peer` is gRPC's name of the client.

    Raises:
        InvalidRequestError: the server does not know the format, there is no such quality, or the
            format has none, or is for clients on the same machine.
    """
    picture = PICTURE_FORMATS.get(config.format or pb.PICTURE_FORMAT_JPEG)
    if picture is None:
        known = ", ".join(PictureFormat)
        raise InvalidRequestError(f"format is {config.format}; this server knows {known}.")
    quality = config.quality or _QUALITY
    if quality > 100 or (config.quality and picture is not PictureFormat.JPEG):
        raise InvalidRequestError(
            f"quality is {quality} and the format {picture}; give 1 to 100, for JPEG only."
        )
    if picture is PictureFormat.RAW and not is_local(peer):
        raise InvalidRequestError(
            "Frames that are not encoded go to clients on the same machine only; ask for another "
            "format."
        )
    return picture, quality


def pose_frame(pose: pb.LivePose) -> PoseFrame:
    """A posture in plain numbers, which whoever draws it checks."""
    camera = _camera(pose.camera) if pose.HasField("camera") else None
    root_m, rotations = tuple(pose.root_m), tuple(pose.rotations)
    return PoseFrame(pose.index, pose.capture_s, root_m, rotations, camera)


def driving_frame(frame: pb.LiveDrivingFrame) -> DrivingFrame:
    """An encoded frame. Raises InvalidRequestError where its index cannot be counted."""
    return DrivingFrame(frame.index, frame.capture_s, frame.data)


def live_change(change: pb.LiveChange) -> tuple[LiveChange, frozenset[InputKind]]:
    """A change without its pictures, and the kinds of those.

    Raises:
        InvalidRequestError: an input is not known.
    """
    unknown = set(change.inputs) - set(INPUTS)
    if unknown:
        raise InvalidRequestError(
            f"The change names input {min(unknown)}; name inputs of the contract."
        )
    asked = LiveChange(
        number=change.number,
        from_index=change.from_pose_index,
        steps=change.steps if change.HasField("steps") else None,
        guidance=change.guidance if change.HasField("guidance") else None,
        latency_s=change.latency_ms / 1000 if change.HasField("latency_ms") else None,
        displayed_frame=change.displayed_frame if change.HasField("displayed_frame") else None,
        solver=change.solver if change.HasField("solver") else None,
        step_table=change.step_table if change.HasField("step_table") else None,
        guidance_interval=(
            change.guidance_interval if change.HasField("guidance_interval") else None
        ),
    )
    return asked, frozenset(INPUTS[each] for each in change.inputs)


def _driving(driving: pb.LiveDriving) -> DrivingFormat:
    if driving.codec not in DRIVING_CODECS:
        raise InvalidRequestError(
            f"driving.codec is {driving.codec}; this server knows {', '.join(DrivingCodec)}."
        )
    return DrivingFormat(
        DRIVING_CODECS[driving.codec],
        driving.width_px,
        driving.height_px,
        driving.turn_deg,
        driving.description,
    )


def _camera(camera: pb.LiveCamera) -> CameraNumbers:
    middle = (camera.width_px / 2, camera.height_px / 2)
    return CameraNumbers(
        camera.width_px,
        camera.height_px,
        camera.focal_px,
        tuple(camera.centre_px) or middle,
        tuple(camera.rotation),
        tuple(camera.translation_m),
    )
