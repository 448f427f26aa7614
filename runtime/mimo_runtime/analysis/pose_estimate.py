"""The body of one person in one frame: 33 points, in the picture and in metres, and a mask."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.joints import KEYPOINTS, LANDMARK, LANDMARKS
from mimo_runtime.analysis.model import Network, plane_of
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.square_crop import SquareCrop, crop_around
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels

_ALL = len(LANDMARKS)


@dataclass(frozen=True, slots=True, eq=False)
class PoseEstimate:
    """What was found of one person.

    `points`, float32 [33, 3]: x and y in frame px, z in px of the same scale, 0 at the hips and
    negative towards the camera. `world`, float32 [33, 3]: metres from the middle of the hips, x
    right, y down, z away from the camera. `visibility` and `inside`, float32 [33]: 0..1, whether a
    point is to be seen and whether it is inside the crop. `presence`: 0..1, whether there is a
    person at all. `mask`, float32 [size, size] 0..1 in the picture of `crop`.
    """

    points: Floats
    world: Floats
    visibility: Floats
    inside: Floats
    presence: float
    mask: Floats
    crop: SquareCrop

    def roll_rad(self) -> float:
        """How far the torso leans clockwise from upright in the frame, -pi..pi."""
        shoulders = self.points[[LANDMARK["left_shoulder"], LANDMARK["right_shoulder"]], :2]
        hips = self.points[[LANDMARK["left_hip"], LANDMARK["right_hip"]], :2]
        x, y = shoulders.mean(axis=0) - hips.mean(axis=0)
        return math.atan2(float(x), float(-y))

    def region(self) -> BBox:
        """What the mask and the points inside the crop take of the frame."""
        inside = self.points[self.inside >= TUNING.inside, :2]
        rows, columns = np.nonzero(self.mask > TUNING.on_body)
        if len(rows) == 0:
            return BBox.around(inside if len(inside) else self.points)
        ends = [
            (x, y) for x in (columns.min(), columns.max() + 1) for y in (rows.min(), rows.max() + 1)
        ]
        corners = self.crop.points_in_frame(np.array(ends, np.float32), len(self.mask))
        return BBox.around(np.concatenate([inside, corners]))

    def person(self) -> DetectedPerson:
        """The same as a people finder would give it, without colours."""
        joints = [LANDMARK[name] for name in KEYPOINTS]
        confidence = (self.visibility * self.inside)[joints]
        keypoints = np.concatenate([self.points[joints, :2], confidence[:, None]], axis=1)
        return DetectedPerson(self.region(), keypoints, self.presence)


class PoseEstimator:
    """The body of a person that was found, with a network of slot `body`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(
        self, pixels: Pixels, person: DetectedPerson, roll_rad: float | None = None
    ) -> PoseEstimate:
        """The body of `person`.

        Args:
            pixels: the frame, uint8 [height, width, 3].
            person: as found in this frame.
            roll_rad: how far the person leant in the frame before, for the turn of the crop where
                this frame does not show it.
        """
        return self.find_in(pixels, crop_around(person, roll_rad, pixels.shape[0]))

    def find_in(self, pixels: Pixels, crop: SquareCrop) -> PoseEstimate:
        """The body of the person in the middle of `crop`."""
        size_px = self._network.height_px
        outputs = self._network.run(crop.picture(pixels, size_px))
        return decode_pose(outputs, crop, size_px)


def decode_pose(
    outputs: dict[str, NDArray[np.float32]], crop: SquareCrop, size_px: int
) -> PoseEstimate:
    """The body in frame px, out of the outputs of a network of slot `body` (`model_specs`)."""
    rows = outputs["landmarks"].reshape(-1, 5)[:_ALL]
    scale = crop.side_px / size_px
    in_frame = crop.points_in_frame(rows[:, :2], size_px)
    points = np.concatenate([in_frame, rows[:, 2:3] * scale], axis=1)
    world = outputs["world"].reshape(-1, 3)[:_ALL] @ _turn(crop.turn_rad).T
    return PoseEstimate(
        points.astype(np.float32),
        world.astype(np.float32),
        sigmoid(rows[:, 3]),
        sigmoid(rows[:, 4]),
        float(outputs["presence"].reshape(-1)[0]),
        sigmoid(plane_of(outputs["mask"])),
        crop,
    )


def sigmoid(logits: NDArray[np.floating]) -> Floats:
    """Logits as 0..1, float32, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logits, np.float64))), np.float32)


def _turn(angle_rad: float) -> Floats:
    """The rotation about the viewing axis, clockwise in the picture, float32 [3, 3]."""
    cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], np.float32)
