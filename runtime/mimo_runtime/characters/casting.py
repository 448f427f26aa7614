"""A character in the place of the person who was filmed: as tall, its feet where theirs were."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.tuning import TUNING
from mimo_runtime.errors import UnsupportedError

_LEGS = ("UpLeg", "Leg", "Foot")
_NEAREST_M = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """`figure` in the size that suits `skeleton`, whose postures it takes."""

    figure: Figure
    skeleton: Skeleton
    factor: float

    def pose(self, pose: Pose) -> Pose:
        """What the figure does where somebody of `skeleton` does `pose`: the same, feet as low."""
        own = Pose(pose.root_m, pose.rotations)
        theirs_m = transforms_of(self.skeleton, pose).joints_m[:, 1].min()
        ours_m = transforms_of(self.figure.body.skeleton, own).joints_m[:, 1].min()
        return Pose(pose.root_m + np.array([0, theirs_m - ours_m, 0]), pose.rotations)

    def height_px(self, pose: Pose, camera: Camera) -> float:
        """About how tall the figure is in the picture of `camera` when it stands."""
        return seen_height_px(camera, pose, self.figure.height_m)

    def seen_at(self, height_px: float) -> "Cast":
        """The same with a texture no finer than is needed where it is `height_px` tall."""
        texture, factor = self.figure.texture, 1
        while (
            len(texture.rgb) / (2 * factor) >= TUNING.texels_per_px * height_px
            and factor < TUNING.coarsest
        ):
            factor *= 2
        if factor == 1:
            return self
        return replace(self, figure=replace(self.figure, texture=texture.reduced(factor)))


def cast(figure: Figure, skeleton: Skeleton) -> Cast:
    """`figure` with legs as long as those of `skeleton`.

    Raises UnsupportedError where that is no skeleton of the shipped body.
    """
    if skeleton.names != figure.body.skeleton.names:
        raise UnsupportedError(
            f"The postures are of a skeleton of {skeleton.joint_count} other joints "
            f"({', '.join(skeleton.names[:3])}, ...), and a character is drawn with the shipped "
            "body; make the motion anew with that body."
        )
    factor = leg_m(skeleton) / leg_m(figure.body.skeleton)
    return Cast(figure.scaled(factor), skeleton, factor)


def leg_m(skeleton: Skeleton) -> float:
    """How long a leg is from hip to ankle, the mean of both."""
    lengths = [
        np.linalg.norm(
            skeleton.rest_m[skeleton.index(side + upper)]
            - skeleton.rest_m[skeleton.index(side + lower)]
        )
        for side in ("Left", "Right")
        for upper, lower in pairwise(_LEGS)
    ]
    return float(sum(lengths)) / 2


def stature_m(skeleton: Skeleton) -> float:
    """From the lowest to the highest end of a bone, at rest."""
    heights = np.concatenate([skeleton.rest_m[:, 1], skeleton.tails_m[:, 1]])
    return float(np.ptp(heights))


def seen_height_px(camera: Camera, pose: Pose, height_m: float) -> float:
    """About how tall somebody of `height_m` who stands where `pose` is looks to `camera`."""
    depth_m = float(camera.to_camera(pose.root_m)[2])
    return camera.focal_px * height_m / max(depth_m, _NEAREST_M)
