"""Following the camera through a clip, one frame after the other."""

import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.errors import MediaError
from mimo_runtime.layers.camera import motion
from mimo_runtime.layers.camera.keyframes import (
    KeyframeOnPlate,
    RegistrationView,
    keyframe_on_plate,
    registration_view,
)
from mimo_runtime.layers.camera.motion import CameraMotion
from mimo_runtime.layers.camera.registration import Registration, working_scale
from mimo_runtime.layers.camera.segment_builder import SegmentBuilder, fits, overlap_of, segment_of
from mimo_runtime.layers.camera.tuning import TUNING
from mimo_runtime.layers.frames import Flags, Matrix


class CameraTracker:
    """How the camera moves, from frames given one by one; a few numbers are kept of each."""

    def __init__(self) -> None:
        self._size_px = (0, 0)
        self._scale = 1.0
        self._segments: list[SegmentBuilder] = []
        self._keyframes: list[KeyframeOnPlate] = []  # the last is the one in use
        self._previous: RegistrationView | None = None

    def add(self, pixels: Pixels, hidden: Flags, cut: bool = False) -> None:
        """The next frame: uint8 [height, width, 3], and people in it, bool [height, width]."""
        self._size_px = (pixels.shape[1], pixels.shape[0])
        self._scale = working_scale(pixels)
        view = registration_view(pixels, hidden)
        if self._previous is None or cut:
            self._begin(view, motion.CUT if self._segments else motion.NO_CAUSE)
        else:
            self._follow(view, self._previous)
        self._previous = view

    def motion(self) -> CameraMotion:
        """What was found. Raises MediaError where there was no frame."""
        if not self._segments:
            raise MediaError(
                "There is no frame in the clip, so that there is nothing to align; give a clip "
                "with frames."
            )
        segments = tuple(
            segment_of(builder, self._size_px, self._scale) for builder in self._segments
        )
        matrices: list[Matrix] = []
        for builder, segment in zip(self._segments, segments, strict=True):
            still = [np.eye(3)] * segment.count
            matrices += (
                still if segment.static else [self._full(matrix) for matrix in builder.matrices]
            )
        return CameraMotion(*self._size_px, np.array(matrices), segments)

    def _follow(self, view: RegistrationView, previous: RegistrationView) -> None:
        expected = self._expected()
        registration = self._keyframes[-1].registered(view, expected)
        if registration is None:
            self._keyframes.append(keyframe_on_plate(previous, self._segments[-1].matrices[-1]))
            registration = self._keyframes[-1].registered(view, expected)
        if registration is None:
            self._begin(view, motion.LOST)
            return
        matrix = self._keyframes[-1].to_plate @ registration.matrix
        if not fits(matrix, view.contrast.shape, self._segments[-1].matrices):
            self._begin(view, motion.WIDE)
            return
        overlap = overlap_of(registration.matrix, view.contrast.shape)
        if overlap < TUNING.renew[0] or registration.agreeing < TUNING.renew[1]:
            matrix, registration = self._on_old_keyframe(view, matrix, registration)
        self._keep(matrix, registration)

    def _on_old_keyframe(
        self, view: RegistrationView, matrix: Matrix, registration: Registration
    ) -> tuple[Matrix, Registration]:
        """The frame on an old keyframe that is close to it; else it becomes one itself."""
        for keyframe in self._keyframes[-2::-1]:
            away = np.linalg.inv(keyframe.to_plate) @ matrix
            if overlap_of(away, view.contrast.shape) < TUNING.return_to[0]:
                continue
            again = keyframe.registered(view, [matrix])
            if again is not None and again.agreeing >= TUNING.return_to[1]:
                self._keyframes.remove(keyframe)
                self._keyframes.append(keyframe)
                return keyframe.to_plate @ again.matrix, again
        self._keyframes = [
            *self._keyframes[1 - TUNING.most_keyframes :],
            keyframe_on_plate(view, matrix),
        ]
        return matrix, registration

    def _full(self, matrix: Matrix) -> Matrix:
        size = np.diag([self._scale, self._scale, 1.0])
        return np.asarray(np.linalg.inv(size) @ matrix @ size)

    def _expected(self) -> list[Matrix]:
        """The frame as far on from the last as that from the one before, or where the last was."""
        before = self._segments[-1].matrices[-2:]
        return [before[-1] @ np.linalg.inv(before[0]) @ before[-1], before[-1]]

    def _keep(self, matrix: Matrix, registration: Registration | None) -> None:
        self._segments[-1].matrices.append(matrix)
        self._segments[-1].registrations.append(registration)

    def _begin(self, view: RegistrationView, cause: str) -> None:
        self._segments.append(
            SegmentBuilder(sum(len(builder.matrices) for builder in self._segments), cause)
        )
        self._keyframes = [keyframe_on_plate(view, np.eye(3))]
        self._keep(np.eye(3), None)
