"""Candidates over time: one look does not decide, and what was decided is not given up at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from mimo_runtime.layers.candidates import Candidate
from mimo_runtime.layers.frames import Flags

_ON: Final = 1.5
_OFF: Final = -0.5
_MOST: Final = 8.0
_MEMORY: Final = 0.85
_SHARED: Final = 0.25  # of the smaller of two areas
_LOST: Final = 6  # frames


@dataclass(slots=True, eq=False)
class FrontTrack:
    """One thing over time; `score` are its log-odds of being in front, summed with a fading memory.

    `front` turns on above 1.5 and off below -0.5.
    """

    area: Flags
    reason: str
    seen: int
    score: float = 0.0
    front: bool = False

    @property
    def confidence(self) -> float:
        """How sure `front` is, 0..1."""
        return float(abs(np.tanh(self.score / 2)))

    def learn(self, candidate: Candidate, index: int) -> None:
        """Take in what was found of it in frame `index`."""
        self.area, self.seen = candidate.area, index
        self.score = max(-_MOST, min(_MOST, _MEMORY * self.score + candidate.log_odds))
        self.front = self.score > (_OFF if self.front else _ON)


class FrontTracks:
    """Gives the candidates of each frame to the things they belong to."""

    def __init__(self) -> None:
        self._tracks: list[FrontTrack] = []

    def update(self, candidates: list[Candidate], index: int) -> list[FrontTrack]:
        """The thing of every candidate of frame `index`, in the same order."""
        self._tracks = [track for track in self._tracks if index - track.seen <= _LOST]
        free = list(self._tracks)
        taken = []
        for candidate in candidates:
            track = _closest(candidate, free)
            if track is None:
                track = FrontTrack(candidate.area, candidate.reason, index)
                self._tracks.append(track)
            else:
                free.remove(track)
            track.learn(candidate, index)
            taken.append(track)
        return taken


def _closest(candidate: Candidate, tracks: list[FrontTrack]) -> FrontTrack | None:
    alike = [track for track in tracks if track.reason == candidate.reason]
    shares = [_overlap(candidate.area, track.area) for track in alike]
    if not shares or max(shares) < _SHARED:
        return None
    return alike[int(np.argmax(shares))]


def _overlap(one: Flags, other: Flags) -> float:
    return float((one & other).sum()) / max(1, min(int(one.sum()), int(other.sum())))
