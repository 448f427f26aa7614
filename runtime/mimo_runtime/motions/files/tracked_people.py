"""What a tracker found, frame by frame, as the motions of those it followed.

PHALP, and 4D-Humans with it, write a dict of frames, others a list; each has lists of everybody in
it: their numbers `tid` and their poses `smpl`, before the camera. ROMP, BEV and TRACE have a row of
`smpl_thetas` for everybody in a frame, and perhaps their numbers `track_ids`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.array_files import as_array

_NUMBERS, _POSES, _UNSEEN = "tid", "smpl", "tracked_time"
_PARTS = ("global_orient", "body_pose", "betas")
_ROWS, _ROW_NUMBERS, _ROW_BETAS = "smpl_thetas", "track_ids", "smpl_betas"


@dataclass(frozen=True, slots=True)
class TrackedPerson:
    """Somebody from the first to the last frame in which they were seen.

    `arrays` by the keys of `smpl_keys`, a row a frame; in `held` of these frames they were not
    seen, and keep the posture before.
    """

    arrays: Mapping[str, Any]
    held: int

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was odd and how it was taken."""
        lost = f"not seen in {self.held} frames, which keep the posture before"
        return ("without a path, which before a camera is none", *([lost] if self.held else []))


def tracked_people(content: Any, name: str) -> list[TrackedPerson]:
    """Everybody in `content` of the file `name`, who is seen longest first; none in other content.

    Raises MediaError where poses do not fit each other.
    """
    try:
        return _people(_frames_in(content))
    except (KeyError, ValueError, TypeError):
        raise MediaError(
            f"'{name}' is of a tracker, and its poses lack {' or '.join(_PARTS[:2])}, or are not "
            "of one shape; write it anew."
        ) from None


def _people(frames: Sequence[Mapping[Any, Any]]) -> list[TrackedPerson]:
    seen: dict[Any, dict[int, Mapping[str, Any]]] = {}
    for index, frame in enumerate(frames):
        for number, pose in _seen_in(frame):
            seen.setdefault(number, {})[index] = pose
    people = [_person(poses) for _, poses in sorted(seen.items(), key=lambda item: item[0])]
    return sorted(people, key=lambda person: -len(person.arrays[_PARTS[0]]))


def _frames_in(content: Any, depth: int = 2) -> list[Mapping[Any, Any]]:
    """The frames in `content`, or in a dict in it; none in what no tracker wrote."""
    frames = list(content.values()) if isinstance(content, Mapping) else content
    if not isinstance(frames, list):
        return []
    if frames and all(map(_is_frame, frames)):
        return frames
    inner = frames if depth and isinstance(content, Mapping) else []
    return next((below for each in inner if (below := _frames_in(each, depth - 1))), [])


def _is_frame(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    rows = as_array(value.get(_ROWS))
    return {_NUMBERS, _POSES} <= value.keys() or (rows is not None and rows.ndim == 2)


def _seen_in(frame: Mapping[Any, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Numbers and poses of those who are not only remembered in a frame."""
    if _ROWS in frame:
        return _rows_in(frame)
    numbers, poses = list(frame[_NUMBERS]), list(frame[_POSES])
    unseen = list(frame.get(_UNSEEN, ())) or [0] * len(numbers)
    rows = zip(numbers, poses, unseen, strict=False)
    return [(int(number), pose) for number, pose, lost in rows if not lost]


def _rows_in(frame: Mapping[Any, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    rows = np.asarray(frame[_ROWS])
    numbers = np.reshape(frame.get(_ROW_NUMBERS, np.arange(len(rows))), -1)
    betas = frame.get(_ROW_BETAS, np.zeros((len(rows), 0)))
    return [
        (int(number), dict(zip(_PARTS, (row[:3], row[3:], shape), strict=True)))
        for number, row, shape in zip(numbers, rows, betas, strict=False)
    ]


def _person(poses: Mapping[int, Mapping[str, Any]]) -> TrackedPerson:
    first, last = min(poses), max(poses)
    rows: list[Mapping[str, Any]] = []
    for frame in range(first, last + 1):
        rows.append(poses.get(frame, rows[-1] if rows else poses[first]))
    arrays = {part: np.stack([np.asarray(row[part]) for row in rows]) for part in _PARTS[:2]}
    betas = [np.asarray(row[_PARTS[2]]) for row in rows if _PARTS[2] in row]
    arrays |= {_PARTS[2]: np.stack(betas)} if betas else {}
    return TrackedPerson(arrays, last - first + 1 - len(poses))
