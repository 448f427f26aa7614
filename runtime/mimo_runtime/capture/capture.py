"""From frames to postures over a floor."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice

import numpy as np

from mimo_runtime.analysis.frame import Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.capture.floor import camera_over_floor
from mimo_runtime.capture.posture import CausalFit, in_world
from mimo_runtime.capture.watch import PersonWatch
from mimo_runtime.errors import MediaError
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.motion_fit import FOCAL_PER_SIDE
from mimo_runtime.fitting.observations import confidence_of
from mimo_runtime.fitting.solve import Poses

FIRST_S = 0.5  # of somebody in the picture, from which the floor is found


class Capture:
    """One person in front of a camera that stands still, as `body`, `rate_fps` times a second.

    `begin` looks at the first frames and finds where the camera is over the floor; `pose` takes
    every frame. While nobody is seen, the last posture is held.
    """

    def __init__(
        self, watch: PersonWatch, body: Body, rate_fps: Fraction, size_px: tuple[int, int]
    ) -> None:
        width_px, height_px = size_px
        centre = width_px / 2, height_px / 2
        lens = Camera(
            width_px, height_px, FOCAL_PER_SIDE * max(size_px), centre, np.eye(3), np.zeros(3)
        )
        self._watch, self._body, self._rate_fps = watch, body, rate_fps
        self._fit = CausalFit(body, rate_fps, lens)
        self._pose: Pose | None = None
        self._lost = False
        self.camera = lens

    def begin(self, frames: Iterable[Pixels]) -> None:
        """Look at as many of `frames` as are needed to find the floor, and set `camera`.

        Raises:
            MediaError: `frames` ended before somebody was seen.
        """
        bodies = filter(None, map(self._watch.look, frames))
        first = list(islice(bodies, max(2, round(FIRST_S * float(self._rate_fps)))))
        if not first:
            raise MediaError(
                "Nobody is seen in the driving video, so there is no motion to send; show "
                "somebody from head to feet."
            )
        found = list(map(self._fit.add, first))
        poses = Poses(
            np.concatenate([each.root_m for each in found]),
            np.concatenate([each.rotations for each in found]),
        )
        sure = confidence_of(gather_landmarks(first, self._rate_fps, (1, 1)))
        self.camera = camera_over_floor(self._body, poses, sure, self._rate_fps, self.camera)
        self._pose = in_world(found[-1], self.camera)
        self._fit.forget()

    def pose(self, pixels: Pixels) -> Pose:
        """The posture in the next frame, in the world of `camera`."""
        seen = self._watch.look(pixels)
        if seen is not None:
            if self._lost:
                self._fit.forget()
            self._pose = in_world(self._fit.add(seen), self.camera)
        self._lost = seen is None
        assert self._pose is not None  # `begin` has seen somebody
        return self._pose
