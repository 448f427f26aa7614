"""From frames to postures over a floor."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice

from mimo_runtime.arrays import Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.capture.posture import CausalFit
from mimo_runtime.capture.watch import PersonWatch
from mimo_runtime.errors import MediaError
from mimo_runtime.fitting.ground_alignment import soles_of, standing, standing_camera
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.motion_fit import FOCAL_PER_SIDE
from mimo_runtime.fitting.observations import confidence_of
from mimo_runtime.fitting.sight import from_sight
from mimo_runtime.fitting.solve import joined

FIRST_S = 0.5  # of somebody in the picture, from which the floor is found


class Capture:
    """One person in front of a camera that stands still, as `body`, `rate_fps` times a second.

    `begin` looks at the first frames and finds where the camera is over the floor; `pose` takes
    every frame. While nobody is seen, the last posture is held.
    """

    def __init__(
        self, watch: PersonWatch, body: Body, rate_fps: Fraction, size_px: tuple[int, int]
    ) -> None:
        self._watch, self._body, self._rate_fps = watch, body, rate_fps
        self._size_px, self._focal_px = size_px, FOCAL_PER_SIDE * max(size_px)
        self._fit = CausalFit(body, rate_fps, size_px, self._focal_px)
        self._lost = False
        self._pose: Pose  # of the last frame in which somebody was seen; `begin` has one
        self.camera: Camera

    def begin(self, frames: Iterable[Pixels]) -> None:
        """Look at as many of `frames` as are needed to find the floor, and set `camera`.

        Raises:
            MediaError: `frames` ended before somebody was seen.
        """
        rate_fps = float(self._rate_fps)
        bodies = filter(None, map(self._watch.look, frames))
        first = list(islice(bodies, max(2, round(FIRST_S * rate_fps))))
        if not first:
            raise MediaError(
                "Nobody is seen in the driving video, so there is no motion to send; show "
                "somebody from head to feet."
            )
        found = list(map(self._fit.add, first))
        confidence = confidence_of(gather_landmarks(first, self._rate_fps, self._size_px))
        soles = soles_of(self._body)
        _, ground, _ = standing(self._body, joined(found), soles, rate_fps, confidence)
        self.camera = standing_camera(ground, self._size_px, self._focal_px)
        self._pose = from_sight(found[-1], self.camera)
        self._fit.forget()

    @property
    def is_seen(self) -> bool:
        """Whether somebody was, in the last frame."""
        return not self._lost

    def pose(self, pixels: Pixels) -> Pose:
        """The posture in the next frame, in the world of `camera`."""
        seen = self._watch.look(pixels)
        if seen is not None:
            if self._lost:
                self._fit.forget()
            self._pose = from_sight(self._fit.add(seen), self.camera)
        self._lost = seen is None
        return self._pose
