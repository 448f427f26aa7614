"""What a render of a character in a template will be like, told before it is begun."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.characters.casting import leg_m, seen_height_px, stature_m
from mimo_runtime.characters.figure import Figure
from mimo_runtime.characters.texture import GUESSED
from mimo_runtime.characters.tuning import TUNING

_FACE_SHARE: Final = 0.13  # of somebody's height, chin to crown


@dataclass(frozen=True, slots=True)
class Preflight:
    """Figures of one character in one template.

    Attributes:
        height_ratio: the character's height in proportion to its legs, over the driving person's;
            1 where they are built alike.
        face_px: about how high the face is in the frames where the person is largest.
        enlarged: pixels of those frames to one of the character's picture.
        crop_enlarged: pixels of what the networks see to one of the frame; None without networks.
        guessed: share of the surface that is neither in the picture nor mirrored from it.
    """

    height_ratio: float
    face_px: float
    enlarged: float
    crop_enlarged: float | None
    guessed: float

    def lines(self) -> Iterator[str]:
        """Sentences for people; those that warn say what helps."""
        yield (
            f"The character is {self.height_ratio:.2f} times as tall as the driving person for "
            f"legs as long; its face is about {self.face_px:.0f} px high; "
            f"{self.guessed:.0%} of its surface is guessed."
        )
        if not 1 / TUNING.unalike_ratio < self.height_ratio < TUNING.unalike_ratio:
            yield (
                "They are built differently, so hands will not meet what the driving person "
                "touches; a motion of somebody built alike fits better."
            )
        if self.face_px < TUNING.small_face_px:
            yield "The face is small in the frames: it will be suggested more than shown."
        if self.enlarged > TUNING.much_enlarged:
            yield (
                f"The character's picture is enlarged {self.enlarged:.1f} times; a larger picture "
                "gives a sharper result."
            )
        if self.crop_enlarged is not None and self.crop_enlarged > TUNING.much_enlarged:
            yield (
                f"The networks see the person enlarged {self.crop_enlarged:.1f} times, more than "
                "the frames hold; a template in which the person is larger gives more detail."
            )
        if self.guessed > TUNING.much_guessed:
            yield (
                "Most of the surface is not in the picture; one of the whole person from the front "
                "gives more."
            )


def face_height_px(camera: Camera, pose: Pose, height_m: float) -> float:
    """About how high the face of somebody of `height_m` is who stands where `pose` is."""
    return _FACE_SHARE * seen_height_px(camera, pose, height_m)


def preflight(
    figure: Figure,
    skeleton: Skeleton,
    shown: Iterable[tuple[Pose, Camera]],
    network_px: int | None = None,
) -> Preflight:
    """The figures of `figure` where somebody of `skeleton` is `shown` in postures by cameras.

    network_px: the side of the square that the networks see, None without networks.
    """
    standing_m, own_m = stature_m(skeleton), stature_m(figure.body.skeleton)
    ratio = own_m / leg_m(figure.body.skeleton) / (standing_m / leg_m(skeleton))
    tallest_px, side_px = 0.0, 1.0
    for pose, camera in shown:
        height_px = seen_height_px(camera, pose, standing_m)
        if height_px > tallest_px:
            pixels, _ = camera.project(transforms_of(skeleton, pose).joints_m)
            tallest_px, side_px = height_px, float(np.ptp(pixels, axis=0).max())
    own_px = seen_height_px(figure.camera, figure.pose, own_m)
    return Preflight(
        height_ratio=ratio,
        face_px=_FACE_SHARE * tallest_px * ratio,
        enlarged=tallest_px * ratio / own_px,
        crop_enlarged=None if network_px is None else network_px / side_px,
        guessed=figure.texture.share(GUESSED),
    )
