"""Following the camera through a clip, one frame after the other."""

import numpy as np

from mimo_runtime.errors import MediaError
from mimo_runtime.layers.camera import path
from mimo_runtime.layers.camera.keyframes import (
    KeyframeOnPlate,
    RegistrationView,
    keyframe_on_plate,
    registration_view,
)
from mimo_runtime.layers.camera.path import CameraPath
from mimo_runtime.layers.camera.registration import Registration, working_scale
from mimo_runtime.layers.camera.segment_builder import SegmentBuilder, fits, overlap_of, segment_of
from mimo_runtime.layers.camera.tuning import TUNING
from mimo_runtime.layers.frames import Flags, Matrix, Pixels


class CameraTracker:
    """The camera's path from frames given one by one; a few numbers are kept of each."""

    def __init__(self) -> None:
        self._size_px = (0, 0)
        self._scale = 1.0
        self._shots: list[SegmentBuilder] = []
        self._anchors: list[KeyframeOnPlate] = []  # the last is the one in use
        self._previous: RegistrationView | None = None

    def add(self, pixels: Pixels, hidden: Flags, cut: bool = False) -> None:
        """The next frame: uint8 [height, width, 3], and people in it, bool [height, width]."""
        self._size_px = (pixels.shape[1], pixels.shape[0])
        self._scale = working_scale(pixels)
        view = registration_view(pixels, hidden)
        if self._previous is None or cut:
            self._begin(view, path.CUT if self._shots else path.NO_CAUSE)
        else:
            self._follow(view, self._previous)
        self._previous = view

    def path(self) -> CameraPath:
        """What was found. Raises MediaError where there was no frame."""
        if not self._shots:
            raise MediaError(
                "There is no frame in the clip, so that there is nothing to align; give a clip "
                "with frames."
            )
        segments = tuple(segment_of(shot, self._size_px, self._scale) for shot in self._shots)
        matrices: list[Matrix] = []
        for shot, segment in zip(self._shots, segments, strict=True):
            still = [np.eye(3)] * segment.count
            matrices += still if segment.static else [self._full(one) for one in shot.matrices]
        return CameraPath(*self._size_px, np.array(matrices), segments)

    def _follow(self, view: RegistrationView, previous: RegistrationView) -> None:
        expected = self._expected()
        found = self._anchors[-1].found(view, expected)
        if found is None:
            self._anchors.append(keyframe_on_plate(previous, self._shots[-1].matrices[-1]))
            found = self._anchors[-1].found(view, expected)
        if found is None:
            self._begin(view, path.LOST)
            return
        matrix = self._anchors[-1].to_plate @ found.matrix
        if not fits(matrix, view.contrast.shape, self._shots[-1].matrices):
            self._begin(view, path.WIDE)
            return
        overlap = overlap_of(found.matrix, view.contrast.shape)
        if overlap < TUNING.renew[0] or found.agreeing < TUNING.renew[1]:
            matrix, found = self._anchored(view, matrix, found)
        self._keep(matrix, found)

    def _anchored(
        self, view: RegistrationView, matrix: Matrix, found: Registration
    ) -> tuple[Matrix, Registration]:
        """The frame on an old anchor that is close to it; else it becomes an anchor itself."""
        for anchor in self._anchors[-2::-1]:
            away = np.linalg.inv(anchor.to_plate) @ matrix
            if overlap_of(away, view.contrast.shape) < TUNING.return_to[0]:
                continue
            again = anchor.found(view, [matrix])
            if again is not None and again.agreeing >= TUNING.return_to[1]:
                self._anchors.remove(anchor)
                self._anchors.append(anchor)
                return anchor.to_plate @ again.matrix, again
        self._anchors = [
            *self._anchors[1 - TUNING.most_keyframes :],
            keyframe_on_plate(view, matrix),
        ]
        return matrix, found

    def _full(self, matrix: Matrix) -> Matrix:
        size = np.diag([self._scale, self._scale, 1.0])
        return np.asarray(np.linalg.inv(size) @ matrix @ size)

    def _expected(self) -> list[Matrix]:
        """The frame as far on from the last as that from the one before, or where the last was."""
        before = self._shots[-1].matrices[-2:]
        return [before[-1] @ np.linalg.inv(before[0]) @ before[-1], before[-1]]

    def _keep(self, matrix: Matrix, found: Registration | None) -> None:
        self._shots[-1].matrices.append(matrix)
        self._shots[-1].found.append(found)

    def _begin(self, view: RegistrationView, cause: str) -> None:
        self._shots.append(SegmentBuilder(sum(len(shot.matrices) for shot in self._shots), cause))
        self._anchors = [keyframe_on_plate(view, np.eye(3))]
        self._keep(np.eye(3), None)
