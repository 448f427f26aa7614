"""Postures of a live stream: from plain numbers to what is drawn, and where that is."""

import numpy as np

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.rotations import from_quaternion
from mimo_runtime.body.shipped import NAME, load_body
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.characters.casting import Cast
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.pixel_rect import PixelRect, person_room
from mimo_runtime.wire.live import CameraNumbers, LiveSettings, PoseFrame, check_camera

_FLESH_M = 0.12  # around joints and ends of bones, so that hair, hands and clothes are inside
_SMALLEST_SHARE = 0.5  # of a crop that the person in it takes, as in a clip's segments
_AHEAD = 0.12  # of the person's box on each side: room to move before the crop has to change
_SMALLEST_NORM = 0.5


def skeleton_of(settings: LiveSettings) -> Skeleton:
    """The skeleton that a stream's postures are of.

    Raises:
        InvalidRequestError: there is no such body, or it has no such shape.
    """
    if settings.body not in ("", NAME):
        raise InvalidRequestError(
            f"There is no body '{settings.body[:40]}' here to pose; send postures of the body "
            f"'{NAME}', or name none."
        )
    return load_body(settings.shape).skeleton


def pose_of(frame: PoseFrame, skeleton: Skeleton) -> Pose:
    """The posture of a frame.

    Raises:
        InvalidRequestError: its numbers are not those of one.
    """
    root, rotations = (np.array(each, np.float64) for each in (frame.root_m, frame.rotations))
    joints = skeleton.joint_count
    if root.shape != (3,) or rotations.shape != (4 * joints,):
        raise InvalidRequestError(
            f"Frame {frame.index} has {root.size} numbers for the root and {rotations.size} for "
            f"the rotations; send 3, and 4 for each of {joints} joints."
        )
    quaternions = rotations.reshape(joints, 4)
    norms = np.linalg.norm(quaternions, axis=1)
    if not np.isfinite(root).all() or not (norms > _SMALLEST_NORM).all():
        raise InvalidRequestError(
            f"Frame {frame.index} has a root that is not finite or a rotation that is no unit "
            "quaternion (w, x, y, z); send what can be drawn."
        )
    return Pose(root, from_quaternion(quaternions / norms[:, None]))


def camera_of(numbers: CameraNumbers) -> Camera:
    """The camera of plain numbers that were checked."""
    x, y = numbers.centre_px
    return Camera(
        numbers.width_px,
        numbers.height_px,
        numbers.focal_px,
        (x, y),
        np.array(numbers.rotation, np.float64).reshape(3, 3),
        np.array(numbers.translation_m, np.float64),
    )


def frame_camera(frame: PoseFrame, still: CameraNumbers) -> Camera:
    """The camera that sees a frame.

    Raises:
        InvalidRequestError: it is none, or of another size than the stream.
    """
    if frame.camera is None:
        return camera_of(still)
    check_camera(frame.camera)
    size, wanted = ((each.width_px, each.height_px) for each in (frame.camera, still))
    if size != wanted:
        raise InvalidRequestError(
            f"The camera of frame {frame.index} is for {size[0]}x{size[1]} px and the stream has "
            f"{wanted[0]}x{wanted[1]} px; send cameras of one size."
        )
    return camera_of(frame.camera)


class LiveCrop:
    """The square that is shown of each frame, which changes seldom and looks at no later frame.

    A crop leaves room to move, and is kept until the person reaches out of it or is much too small
    in it. Where nobody is to be seen, the last one stays.
    """

    def __init__(self, cast: Cast, size_px: tuple[int, int]) -> None:
        self._cast = cast
        self._size_px = size_px
        self._segment: CropSegment | None = None

    def fits(self, pose: Pose, camera: Camera) -> bool:
        """Whether the present crop can show that too; else a new one begins with it."""
        person = self._person(pose, camera)
        if self._segment is None:
            return False
        return person is None or _holds(self._segment.crop, person)

    def segment(self, pose: Pose, camera: Camera) -> CropSegment:
        """The crop that shows that."""
        if self._segment is None or not self.fits(pose, camera):
            person = self._person(pose, camera)
            box = PixelRect(0, self._size_px[0], 0, self._size_px[1])
            if person is not None:
                box = person_room(_roomy(person, *self._size_px), *self._size_px)
            self._segment = CropSegment((), box, box)
        return self._segment

    def _person(self, pose: Pose, camera: Camera) -> PixelRect | None:
        points_m = _points(self._cast, pose)
        pixels, depths = camera.project(points_m)
        visible = depths > _FLESH_M
        if not visible.any():
            return None
        flesh_px = (_FLESH_M * camera.focal_px / depths[visible])[:, None]
        low, high = (
            (pixels[visible] - flesh_px).min(axis=0),
            (pixels[visible] + flesh_px).max(axis=0),
        )
        return _inside(low, high, *self._size_px)


def _points(cast: Cast, pose: Pose) -> Array:
    """Joints and ends of bones of the figure in a posture, float64 [2 J, 3]."""
    skeleton = cast.figure.body.skeleton
    placed = transforms_of(skeleton, cast.pose(pose))
    reach = np.einsum("jab,jb->ja", placed.turns, skeleton.tails_m - skeleton.rest_m)
    return np.concatenate([placed.joints_m, placed.joints_m + reach])


def _inside(low: Array, high: Array, width_px: int, height_px: int) -> PixelRect | None:
    size = np.array([width_px, height_px])
    left, top = np.floor(low.clip(0, size)).astype(int).tolist()
    right, bottom = np.ceil(high.clip(0, size)).astype(int).tolist()
    box = PixelRect(left, right, top, bottom)
    return box if box.width > 0 and box.height > 0 else None


def _roomy(person: PixelRect, width_px: int, height_px: int) -> PixelRect:
    across, down = round(person.width * _AHEAD), round(person.height * _AHEAD)
    return PixelRect(
        max(0, person.left - across),
        min(width_px, person.right + across),
        max(0, person.top - down),
        min(height_px, person.bottom + down),
    )


def _holds(crop: PixelRect, person: PixelRect) -> bool:
    inside = crop.left <= person.left and person.right <= crop.right
    inside = inside and crop.top <= person.top and person.bottom <= crop.bottom
    longest = max(person.width, person.height)
    return inside and longest >= _SMALLEST_SHARE * max(crop.width, crop.height)
