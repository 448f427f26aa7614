"""What is in front of the person, frame by frame, with soft edges."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.guided_filter import applied, local_model
from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.frame_masks import FrameVsPlate
from mimo_runtime.layers.frames import Flags, inside
from mimo_runtime.layers.masks import bounding_slices, dilate, erode, reach_of
from mimo_runtime.layers.occluders.candidates import STANDING, OccluderCandidate, candidates_of
from mimo_runtime.layers.occluders.static import StaticOccluders
from mimo_runtime.layers.occluders.tracks import OccluderTrack, OccluderTracks
from mimo_runtime.layers.occluders.tuning import TUNING


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """What is in front of the person in frame `index`.

    `alpha`: uint8 [height, width]. `reasons`: what it was taken for (`candidates`), each once.
    `confidence`: 0..1, of the least sure part; 1 where nothing is in front.
    """

    index: int
    alpha: NDArray[np.uint8]
    reasons: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    compared: FrameVsPlate
    candidates: list[OccluderCandidate]
    tracks: list[OccluderTrack]
    fronts: list[bool]  # what was thought of them then


class OccluderFinder:
    """Finds occlusions on one plate; results come `TUNING.frames_ahead` frames later."""

    def __init__(self, standing: StaticOccluders) -> None:
        self._standing = standing
        self._tracks = OccluderTracks()
        self._pending: deque[_Pending] = deque()

    def add(self, compared: FrameVsPlate) -> Iterator[tuple[FrameVsPlate, Occlusion]]:
        """The next frame; gives back those that are decided by it, at most one."""
        candidates = candidates_of(compared)
        tracks = self._tracks.update(candidates, compared.index)
        fronts = [track.front for track in tracks]
        self._pending.append(_Pending(compared, candidates, tracks, fronts))
        if len(self._pending) > TUNING.frames_ahead:
            yield self._decided()

    def rest(self) -> Iterator[tuple[FrameVsPlate, Occlusion]]:
        """Those that are left at the end of the segment."""
        while self._pending:
            yield self._decided()

    def _decided(self) -> tuple[FrameVsPlate, Occlusion]:
        pending = self._pending.popleft()
        compared = pending.compared
        person = inside(compared.masks.person)
        near = _near(compared)
        front, reasons, confidence = person & False, [], 1.0
        judged = zip(pending.candidates, pending.tracks, pending.fronts, strict=True)
        for candidate, track, was in judged:
            if (was or track.front) and (candidate.area & near).any():
                front = front | candidate.area
                reasons.append(candidate.reason)
                confidence = min(confidence, track.confidence)
        standing = (
            self._standing.area(compared.index, person.shape, compared.different & ~compared.unseen)
            & near
        )
        if standing.any():
            front, confidence = front | standing, min(confidence, TUNING.static_confidence)
            reasons.append(STANDING)
        alpha = soft_edge(front, compared.pixels, person & ~standing)
        return compared, Occlusion(compared.index, alpha, tuple(sorted(set(reasons))), confidence)


def soft_edge(front: Flags, pixels: Pixels, person: Flags) -> NDArray[np.uint8]:
    """`front` with an edge that follows the picture's and stays off the person's inside.

    Args:
        front: bool [height, width].
        pixels: the frame, uint8 [height, width, 3].
        person: bool [height, width].

    Returns:
        uint8 [height, width].
    """
    alpha = np.zeros(front.shape, np.uint8)
    reach = reach_of(front.shape[1], front.shape[0], TUNING.soft_edge, 1)
    part = bounding_slices(front, 4 * reach)
    if part is None:
        return alpha
    level = _guided(front[part], pixels[part], reach)
    level[erode(person[part], reach)] = 0
    alpha[part] = (level * 255 + 0.5).astype(np.uint8)
    return alpha


def _guided(front: Flags, pixels: Pixels, reach: int) -> Floats:
    mask = cv2.GaussianBlur(front.astype(np.float32), (0, 0), 0.7 * reach)
    model = local_model(np.asarray(mask, np.float32), pixels, 2 * reach, TUNING.edge_smoothness)
    level = applied(model, pixels)
    sure, possible = erode(front, reach), dilate(front, reach)
    return np.where(sure, 1, np.where(possible, level, 0)).astype(np.float32)


def _near(compared: FrameVsPlate) -> Flags:
    """Everything that a person in this place may reach, bool [height, width]."""
    person = inside(compared.masks.person)
    if compared.masks.expected is not None:
        person = person | inside(compared.masks.expected)
    near = np.zeros(person.shape, np.bool_)
    box = bounding_slices(person, 0)
    if box is not None:
        near[bounding_slices(person, int(TUNING.near * (box[0].stop - box[0].start)) + 1)] = True
    return near
