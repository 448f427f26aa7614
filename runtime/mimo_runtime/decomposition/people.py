"""First stage: who is in every frame, and where shots begin."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.estimators import Estimators
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.gap_filling import fill_gaps
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tracks import FramePeople, follow_people
from mimo_runtime.array_file import read_arrays, write_arrays
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.decomposition.progress import OnFrame

FILE = "people.npz"


@dataclass(frozen=True, slots=True, eq=False)
class PeopleRecord:
    """Everybody in a clip of N frames, one row for each of M times somebody is in a frame.

    `cuts` bool [N]; `starts` int [N + 1], the rows of frame n are `starts[n]` to `starts[n + 1]`;
    `numbers` int [M]; `recovered` bool [M]; `scores` float32 [M]; `boxes` float32 [M, 4] left, top,
    right, bottom; `keypoints` float32 [M, 17, 3]; `presences` float32 [M], NaN where not known.
    """

    rate_fps: float
    cuts: NDArray[np.bool_]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int64]
    recovered: NDArray[np.bool_]
    scores: NDArray[np.float32]
    boxes: NDArray[np.float32]
    keypoints: NDArray[np.float32]
    presences: NDArray[np.float32]

    @property
    def frame_count(self) -> int:
        """N."""
        return len(self.cuts)

    def frames(self, first: int, last: int) -> Iterator[FramePeople]:
        """Frames `first` to `last`, counted from 0 at `first`; the first is no cut.

        With those who were lost for a while between two of these frames (`gap_filling`).
        """
        frames = [
            FramePeople(offset, offset / self.rate_fps, offset > 0 and bool(self.cuts[index]),
                        self._people(index))
            for offset, index in enumerate(range(first, last + 1))
        ]  # fmt: skip
        return iter(fill_gaps(frames))

    def _people(self, index: int) -> tuple[Tracked, ...]:
        return tuple(
            Tracked(
                int(self.numbers[row]),
                DetectedPerson(
                    BBox(*(float(side) for side in self.boxes[row])),
                    self.keypoints[row],
                    float(self.scores[row]),
                ),
                bool(self.recovered[row]),
                presence=_known(self.presences[row]),
            )
            for row in range(self.starts[index], self.starts[index + 1])
        )


def find_people(clip: DrivingClip, estimators: Estimators, folder: Path, on_frame: OnFrame) -> None:
    """Follow everybody through `clip` and write what `read_people` reads into `folder`."""
    rate_fps = float(clip.rate_fps)
    frames = (Frame(pixels, i / rate_fps) for i, pixels in enumerate(clip.frames()))
    cuts, starts, rows = [], [0], []
    for who in follow_people(frames, estimators.people, estimators.bodies):
        cuts.append(who.cut)
        rows += [_row(person) for person in who.people]
        starts.append(len(rows))
        on_frame(who.index + 1, clip.frame_count)
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), (), ()]
    write_arrays(folder / FILE, {
        "cuts": np.array(cuts, np.bool_),
        "starts": np.array(starts, np.int64),
        "numbers": np.array(columns[0], np.int64),
        "recovered": np.array(columns[1], np.bool_),
        "scores": np.array(columns[2], np.float32),
        "boxes": np.array(columns[3], np.float32).reshape(-1, 4),
        "keypoints": np.array(columns[4], np.float32).reshape(-1, 17, 3),
        "presences": np.array(columns[5], np.float32),
    })  # fmt: skip


def read_people(folder: Path, rate_fps: float) -> PeopleRecord:
    """What `find_people` has written."""
    return PeopleRecord(rate_fps, **read_arrays(folder / FILE))


def _row(tracked: Tracked) -> tuple[object, ...]:
    box = tracked.person.box
    sides = (box.left, box.top, box.right, box.bottom)
    presence = np.nan if tracked.presence is None else tracked.presence
    return (
        tracked.number,
        tracked.recovered,
        tracked.person.score,
        sides,
        tracked.person.keypoints,
        presence,
    )


def _known(value: np.float32) -> float | None:
    return None if np.isnan(value) else float(value)
