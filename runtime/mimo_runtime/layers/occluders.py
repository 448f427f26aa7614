"""What is in front of the human, frame by frame, with soft edges."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.guided_filter import applied, local_model
from mimo_runtime.layers.areas import around, grown, reach_of, shrunk
from mimo_runtime.layers.candidates import STANDING, Candidate, candidates_of
from mimo_runtime.layers.frames import Flags, Floats, Pixels, inside
from mimo_runtime.layers.front_tracks import FrontTrack, FrontTracks
from mimo_runtime.layers.sighting import Look
from mimo_runtime.layers.standing_front import StandingFront

AHEAD = 4  # frames that are looked at before a frame is decided
_NEAR = 0.15  # of the human's height: what is farther away hides nothing
_EDGE = 0.008
_SMOOTHNESS = 1e-3
_STANDING = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """What is in front of the human in frame `index`.

    `alpha`: uint8 [height, width]. `reasons`: what it was taken for (`candidates`), each once.
    `confidence`: 0..1, of the least sure part; 1 where nothing is in front.
    """

    index: int
    alpha: NDArray[np.uint8]
    reasons: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    look: Look
    candidates: list[Candidate]
    tracks: list[FrontTrack]
    fronts: list[bool]  # what was thought of them then


class OccluderFinder:
    """Finds occlusions on one plate; results come `AHEAD` frames after their looks."""

    def __init__(self, standing: StandingFront) -> None:
        self._standing = standing
        self._tracks = FrontTracks()
        self._pending: deque[_Pending] = deque()

    def add(self, look: Look) -> Iterator[tuple[Look, Occlusion]]:
        """The next frame; gives back those that are decided by it, at most one."""
        candidates = candidates_of(look)
        tracks = self._tracks.update(candidates, look.index)
        fronts = [track.front for track in tracks]
        self._pending.append(_Pending(look, candidates, tracks, fronts))
        if len(self._pending) > AHEAD:
            yield self._decided()

    def rest(self) -> Iterator[tuple[Look, Occlusion]]:
        """Those that are left at the end of the segment."""
        while self._pending:
            yield self._decided()

    def _decided(self) -> tuple[Look, Occlusion]:
        pending = self._pending.popleft()
        look = pending.look
        human = inside(look.sighting.human)
        near = _near(look)
        front, reasons, sure = human & False, [], 1.0
        every = zip(pending.candidates, pending.tracks, pending.fronts, strict=True)
        for candidate, track, was in every:
            if (was or track.front) and (candidate.area & near).any():
                front = front | candidate.area
                reasons.append(candidate.reason)
                sure = min(sure, track.confidence)
        standing = (
            self._standing.area(look.index, human.shape, look.different & ~look.unseen) & near
        )
        if standing.any():
            front, sure = front | standing, min(sure, _STANDING)
            reasons.append(STANDING)
        alpha = soft_edge(front, look.pixels, human & ~standing)
        return look, Occlusion(look.index, alpha, tuple(sorted(set(reasons))), sure)


def soft_edge(front: Flags, pixels: Pixels, human: Flags) -> NDArray[np.uint8]:
    """`front` with an edge that follows the picture's and stays off the human's inside.

    Args:
        front: bool [height, width].
        pixels: the frame, uint8 [height, width, 3].
        human: bool [height, width].

    Returns:
        uint8 [height, width].
    """
    alpha = np.zeros(front.shape, np.uint8)
    reach = reach_of(front.shape[1], front.shape[0], _EDGE, 1)
    part = around(front, 4 * reach)
    if part is None:
        return alpha
    level = _followed(front[part], pixels[part], reach)
    level[shrunk(human[part], reach)] = 0
    alpha[part] = (level * 255 + 0.5).astype(np.uint8)
    return alpha


def _followed(front: Flags, pixels: Pixels, reach: int) -> Floats:
    mask = cv2.GaussianBlur(front.astype(np.float32), (0, 0), 0.7 * reach)
    model = local_model(np.asarray(mask, np.float32), pixels, 2 * reach, _SMOOTHNESS)
    level = applied(model, pixels)
    sure, possible = shrunk(front, reach), grown(front, reach)
    return np.where(sure, 1, np.where(possible, level, 0)).astype(np.float32)


def _near(look: Look) -> Flags:
    """Everything that a human in this place may reach, bool [height, width]."""
    human = inside(look.sighting.human)
    if look.sighting.expected is not None:
        human = human | inside(look.sighting.expected)
    near = np.zeros(human.shape, np.bool_)
    box = around(human, 0)
    if box is not None:
        near[around(human, int(_NEAR * (box[0].stop - box[0].start)) + 1)] = True
    return near
