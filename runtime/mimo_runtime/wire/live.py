"""What a live stream is told: settings once, then a posture for each frame, in plain numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.driving import DrivingFormat
from mimo_runtime.wire.settings import Settings

MAX_LIVE_FPS = 240
MAX_LATENCY_S = 60.0
MAX_LIVE_PX = 8192


class QueuePolicy(StrEnum):
    """What happens to a frame for which there is no room.

    LOSSLESS: its sender has to wait, for every frame counts. LIVE: the oldest that waits gives way,
    for what is late is worth nothing.
    """

    LOSSLESS = "lossless"
    LIVE = "live"


class PictureFormat(StrEnum):
    """How each finished frame is encoded.

    H264: all of them are one fragmented MP4, whose bytes come a frame late. RAW: bytes R, G and B
    by rows, for a client on the same machine.
    """

    JPEG = "jpeg"
    PNG = "png"
    H264 = "h264"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class CameraNumbers:
    """A pinhole camera; its axes are x right, y down, z forward.

    `centre_px` is the principal point; `rotation` 9 numbers by rows, world axes (y up) to camera
    axes; `translation_m` the world's origin in camera axes.
    """

    width_px: int
    height_px: int
    focal_px: float
    centre_px: tuple[float, ...]
    rotation: tuple[float, ...]
    translation_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PoseFrame:
    """One posture.

    `index` counts frames at the stream's rate and rises; `capture_s` is a time on the sender's
    clock, which comes back with the frame; `root_m` 3 numbers; `rotations` unit quaternions w, x,
    y, z of all joints in a row, as in `Pose.rotations`; `camera` where it moves, else that of the
    settings.
    """

    index: int
    capture_s: float
    root_m: tuple[float, ...]
    rotations: tuple[float, ...]
    camera: CameraNumbers | None = None


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Settings of one live stream.

    Frames come at `rate_fps`, drawn with the `camera`; `latency_s` is how long the way of a frame
    may take, None for as short as can be. `body` and `shape` name the skeleton that the postures
    are of; `policy` is what happens to postures that come too fast. Where `driving` is given
    encoded frames come instead of postures, and the camera is found in them: of `camera` only the
    size counts.

    Raises:
        InvalidRequestError: naming the setting, its value and what is allowed.
    """

    rate_fps: Fraction
    camera: CameraNumbers
    latency_s: float | None = None
    policy: QueuePolicy = QueuePolicy.LIVE
    body: str = ""
    shape: Mapping[str, float] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    driving: DrivingFormat | None = None

    def __post_init__(self) -> None:
        if not 0 < self.rate_fps <= MAX_LIVE_FPS:
            raise InvalidRequestError(
                f"The rate is {float(self.rate_fps):g}; give one above 0, to {MAX_LIVE_FPS}."
            )
        if self.latency_s is not None and not 0 < self.latency_s <= MAX_LATENCY_S:
            raise InvalidRequestError(
                f"The latency is {self.latency_s:g} s; give one above 0, to {MAX_LATENCY_S:g}."
            )
        check_camera(self.camera)


def check_camera(camera: CameraNumbers) -> None:
    """Refuse numbers that are no camera.

    Raises:
        InvalidRequestError: saying which.
    """
    counts = {"centre_px": 2, "rotation": 9, "translation_m": 3}
    for name, count in counts.items():
        found = getattr(camera, name)
        if len(found) != count or not all(map(math.isfinite, found)):
            raise InvalidRequestError(
                f"The camera's {name} has {len(found)} numbers; give {count} finite ones."
            )
    rows = [camera.rotation[row : row + 3] for row in (0, 3, 6)]
    for one, first in enumerate(rows):
        for other, second in enumerate(rows):
            product = sum(a * b for a, b in zip(first, second, strict=True))
            if abs(product - (one == other)) > 1e-3:
                raise InvalidRequestError(
                    "The camera's rotation is none: its rows are not at right angles and of "
                    "length 1; give a rotation matrix."
                )
    sides = camera.width_px, camera.height_px
    if not all(0 < side <= MAX_LIVE_PX for side in sides) or not (
        0 < camera.focal_px < math.inf
    ):  # fmt: skip
        raise InvalidRequestError(
            f"The camera's picture is {sides[0]}x{sides[1]} px and its focal length "
            f"{camera.focal_px:g} px; give sides of 1 to {MAX_LIVE_PX} and a length above 0."
        )
