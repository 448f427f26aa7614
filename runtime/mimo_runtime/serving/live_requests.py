"""What the client of a live stream sent, turned into the nouns of the runtime."""

from fractions import Fraction

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.enums import PICTURE_FORMATS, POLICIES
from mimo_runtime.wire.live import CameraNumbers, LiveSettings, PictureFormat, PoseFrame
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
    if not config.HasField("camera"):
        raise InvalidRequestError("No camera was sent; name what sees the person in the config.")
    settings = Settings(
        steps=config.steps if config.HasField("steps") else None,
        guidance=config.guidance if config.HasField("guidance") else None,
        seed=config.seed if config.HasField("seed") else Settings().seed,
    )
    return LiveSettings(
        rate_fps=Fraction(config.rate_numerator, config.rate_denominator or 1),
        camera=_camera(config.camera),
        latency_s=config.latency_ms / 1000 if config.HasField("latency_ms") else None,
        policy=POLICIES[policy],
        body=config.body,
        shape=dict(config.shape),
        settings=settings,
    )


def picture_format(config: pb.LiveConfig) -> tuple[PictureFormat, int]:
    """How frames are encoded, and the quality of JPEG.

    Raises:
        InvalidRequestError: the server does not know the format, or there is no such quality.
    """
    found = config.format or pb.PICTURE_FORMAT_JPEG
    if found not in PICTURE_FORMATS:
        raise InvalidRequestError(f"format is {found}; this server knows JPEG and PNG.")
    quality = config.quality or _QUALITY
    if quality > 100:
        raise InvalidRequestError(f"quality is {quality}; give 1 to 100.")
    return PICTURE_FORMATS[found], quality


def pose_frame(pose: pb.LivePose) -> PoseFrame:
    """A posture in plain numbers, which whoever draws it checks."""
    camera = _camera(pose.camera) if pose.HasField("camera") else None
    root_m, rotations = tuple(pose.root_m), tuple(pose.rotations)
    return PoseFrame(pose.index, pose.capture_s, root_m, rotations, camera)


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
