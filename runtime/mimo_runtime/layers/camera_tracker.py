"""Following the camera through a clip, one frame after the other."""

import numpy as np

from mimo_runtime.errors import MediaError
from mimo_runtime.layers import camera
from mimo_runtime.layers.anchor import Anchor, Glance, anchor_at, glance_at
from mimo_runtime.layers.camera import CameraPath
from mimo_runtime.layers.frames import Flags, Matrix, Pixels
from mimo_runtime.layers.registration import Registration, working_scale
from mimo_runtime.layers.shot import Shot, fits, overlap_of, segment_of

_RENEW = (0.6, 0.45)  # overlap and share of agreeing corners below which another anchor is taken
_RETURN = (0.75, 0.6)  # the same, from which an old anchor is taken up again: no drift
_MOST_ANCHORS = 12


class CameraTracker:
    """The camera's path from frames given one by one; a few numbers are kept of each."""

    def __init__(self) -> None:
        self._size_px = (0, 0)
        self._scale = 1.0
        self._shots: list[Shot] = []
        self._anchors: list[Anchor] = []  # the last is the one in use
        self._previous: Glance | None = None

    def add(self, pixels: Pixels, hidden: Flags, cut: bool = False) -> None:
        """The next frame: uint8 [height, width, 3], and people in it, bool [height, width]."""
        self._size_px = (pixels.shape[1], pixels.shape[0])
        self._scale = working_scale(pixels)
        glance = glance_at(pixels, hidden)
        if self._previous is None or cut:
            self._begin(glance, camera.CUT if self._shots else camera.NO_CAUSE)
        else:
            self._follow(glance, self._previous)
        self._previous = glance

    def path(self) -> CameraPath:
        """What was found. Raises MediaError where there was no frame."""
        if not self._shots:
            raise MediaError("There is no frame in the clip, so that there is nothing to align.")
        segments = tuple(segment_of(shot, self._size_px, self._scale) for shot in self._shots)
        matrices: list[Matrix] = []
        for shot, segment in zip(self._shots, segments, strict=True):
            still = [np.eye(3)] * segment.count
            matrices += still if segment.static else [self._full(one) for one in shot.matrices]
        return CameraPath(*self._size_px, np.array(matrices), segments)

    def _follow(self, glance: Glance, previous: Glance) -> None:
        expected = self._expected()
        found = self._anchors[-1].found(glance, expected)
        if found is None:
            self._anchors.append(anchor_at(previous, self._shots[-1].matrices[-1]))
            found = self._anchors[-1].found(glance, expected)
        if found is None:
            self._begin(glance, camera.LOST)
            return
        matrix = self._anchors[-1].to_plate @ found.matrix
        if not fits(matrix, glance.contrast.shape, self._shots[-1].matrices):
            self._begin(glance, camera.WIDE)
            return
        overlap = overlap_of(found.matrix, glance.contrast.shape)
        if overlap < _RENEW[0] or found.agreeing < _RENEW[1]:
            matrix, found = self._anchored(glance, matrix, found)
        self._keep(matrix, found)

    def _anchored(
        self, glance: Glance, matrix: Matrix, found: Registration
    ) -> tuple[Matrix, Registration]:
        """The frame on an old anchor that is close to it; else it becomes an anchor itself."""
        for anchor in self._anchors[-2::-1]:
            away = np.linalg.inv(anchor.to_plate) @ matrix
            if overlap_of(away, glance.contrast.shape) < _RETURN[0]:
                continue
            again = anchor.found(glance, [matrix])
            if again is not None and again.agreeing >= _RETURN[1]:
                self._anchors.remove(anchor)
                self._anchors.append(anchor)
                return anchor.to_plate @ again.matrix, again
        self._anchors = [*self._anchors[1 - _MOST_ANCHORS :], anchor_at(glance, matrix)]
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

    def _begin(self, glance: Glance, cause: str) -> None:
        self._shots.append(Shot(sum(len(shot.matrices) for shot in self._shots), cause))
        self._anchors = [anchor_at(glance, np.eye(3))]
        self._keep(np.eye(3), None)
