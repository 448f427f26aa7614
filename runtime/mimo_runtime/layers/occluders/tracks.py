"""Candidates over time: one look does not decide, and what was decided is not given up at once.

A log-odds filter with forgetting, as of occupancy grids (Thrun, Burgard, Fox, Probabilistic
Robotics, 2005, chapter 9), and hysteresis between on and off.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.occluders.candidates import OccluderCandidate
from mimo_runtime.layers.occluders.tuning import TUNING


@dataclass(slots=True, eq=False)
class OccluderTrack:
    """One thing over time; `score` are its log-odds of being in front, summed with a fading memory.

    `front` turns on above 1.5 and off below -0.5. `middle` and `step`: its centre of mass, px, and
    how far that moves in a frame.
    """

    area: Flags
    reason: str
    seen: int
    score: float = 0.0
    front: bool = False
    middle: tuple[float, float] = (0.0, 0.0)
    step: tuple[float, float] = (0.0, 0.0)

    def middle_at(self, index: int) -> tuple[float, float]:
        """Where its middle should be in frame `index`, px, if it goes on as it did."""
        frames = index - self.seen
        return self.middle[0] + frames * self.step[0], self.middle[1] + frames * self.step[1]

    @property
    def confidence(self) -> float:
        """How sure `front` is, 0..1."""
        return float(abs(np.tanh(self.score / 2)))

    def learn(self, candidate: OccluderCandidate, index: int) -> None:
        """Take in what was found of it in frame `index`."""
        middle, _ = _middle(candidate.area)
        if index > self.seen:
            gone = index - self.seen
            self.step = ((middle[0] - self.middle[0]) / gone, (middle[1] - self.middle[1]) / gone)
        self.area, self.seen, self.middle = candidate.area, index, middle
        most = TUNING.most_log_odds if candidate.touching else TUNING.most_afar_log_odds
        self.score = max(-most, min(most, TUNING.memory * self.score + candidate.log_odds))
        self.front = self.score > (TUNING.off_log_odds if self.front else TUNING.on_log_odds)


class OccluderTracks:
    """Gives the candidates of each frame to the things they belong to."""

    def __init__(self) -> None:
        self._tracks: list[OccluderTrack] = []

    def update(self, candidates: list[OccluderCandidate], index: int) -> list[OccluderTrack]:
        """The thing of every candidate of frame `index`, in the same order."""
        self._tracks = [track for track in self._tracks if index - track.seen <= TUNING.lost_frames]
        free = list(self._tracks)
        taken = []
        for candidate in candidates:
            track = _closest(candidate, free, index)
            if track is None:
                track = OccluderTrack(candidate.area, candidate.reason, index)
                self._tracks.append(track)
            else:
                free.remove(track)
            track.learn(candidate, index)
            taken.append(track)
        return taken


def _closest(
    candidate: OccluderCandidate, tracks: list[OccluderTrack], index: int
) -> OccluderTrack | None:
    alike = [track for track in tracks if track.reason == candidate.reason]
    shares = [
        max(_overlap(candidate.area, track.area), _meeting(candidate.area, track, index))
        for track in alike
    ]
    if not shares or max(shares) < TUNING.shared_area:
        return None
    return alike[int(np.argmax(shares))]


def _overlap(first: Flags, second: Flags) -> float:
    return float((first & second).sum()) / max(1, min(int(first.sum()), int(second.sum())))


def _meeting(area: Flags, track: OccluderTrack, index: int) -> float:
    """How close `area` is to where the thing should be by now: 1 there, 0 a diameter away."""
    (x, y), size = _middle(area)
    ahead_x, ahead_y = track.middle_at(index)
    diameter = 2 * math.sqrt(max(size, 1.0) / math.pi)
    return 1 - math.hypot(x - ahead_x, y - ahead_y) / diameter


def _middle(area: Flags) -> tuple[tuple[float, float], float]:
    """Centre of mass, px, and size, px."""
    moments = cv2.moments(area.astype(np.uint8), binaryImage=True)
    size = float(moments["m00"])
    return (moments["m10"] / max(size, 1.0), moments["m01"] / max(size, 1.0)), size
