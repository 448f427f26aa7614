"""Second stage: body and mask of the chosen person, of everybody else, and the camera's path."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.depth_cues import body_cues, inverse_depth_in
from mimo_runtime.analysis.depth_order import DepthCues, nearer_log_odds
from mimo_runtime.analysis.estimators import Estimators
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.joints import LANDMARKS
from mimo_runtime.analysis.pose_track import TrackedPose, track_pose
from mimo_runtime.analysis.tracks import FramePeople
from mimo_runtime.array_file import read_arrays, write_arrays
from mimo_runtime.arrays import Pixels
from mimo_runtime.concurrency import prefetch
from mimo_runtime.decomposition.camera_file import write_camera_motion
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.decomposition.frame_segmenter import FrameSegmenter, PersonMask
from mimo_runtime.decomposition.people import PeopleRecord
from mimo_runtime.decomposition.planes import PlaneWriter, read_planes
from mimo_runtime.decomposition.progress import OnFrame
from mimo_runtime.layers.camera.tracker import CameraTracker
from mimo_runtime.layers.removal.removal import person_area

LANDMARK_FILE, OTHERS_FILE = "landmarks.npz", "others.npz"
MASKS, OTHERS, INVERSE_DEPTH = "mask.planes", "others.planes", "inverse_depth.planes"
INVERSE_DEPTH_TYPE: Final = np.float16
_NONE = np.nan
_INSIDE = 0.5


@dataclass(slots=True, eq=False)
class _Rows:
    """What is kept of each frame in memory: about 2 kB."""

    landmarks: list[dict[str, Any]] = field(default_factory=list)
    others: list[tuple[int, int, int, float]] = field(default_factory=list)


def find_bodies(
    clip: DrivingClip,
    people: PeopleRecord,
    number: int,
    first: int,
    estimators: Estimators,
    folder: Path,
    on_frame: OnFrame,
) -> None:
    """Look at person `number` in every frame of `clip`, which begins at frame `first` of `people`.

    Writes landmarks.npz (what `read_landmarks` reads), the mask of every frame, a plane in which
    everybody else is numbered, the depth network's planes if there is one, and the path of the
    camera (`read_camera_motion`), followed by the background that is left.
    """
    rows, camera = _Rows(), CameraTracker()
    tracked = prefetch(_side_by_side(clip, people, number, first, estimators))
    with ExitStack() as stack:
        names = (MASKS, OTHERS) + ((INVERSE_DEPTH,) if estimators.depth else ())
        files = {name: stack.enter_context(PlaneWriter(folder / name)) for name in names}
        for done, (pixels, planes) in enumerate(
            prefetch(_planes(tracked, number, estimators, rows)), 1
        ):
            for name, plane in planes.items():
                files[name].write(plane)
            camera.add(pixels, person_area(planes[MASKS]) | (planes[OTHERS] > 0))
            on_frame(done, clip.frame_count)
    write_camera_motion(folder, camera.motion())
    _write(rows, folder)


def read_landmarks(folder: Path) -> dict[str, NDArray[Any]]:
    """Of every frame of the person, float32.

    `world` [N, 33, 3], `points` [N, 33, 3], `visibility`, `inside` [N, 33], `presence` [N], all 0
    where the person was not found or taken for somebody else; `tracked` [N], 1 where the person
    was seen, if only by the colours of the clothes; `px_per_m` and `ground_contact_row` [N], NaN
    where not known.
    """
    return read_arrays(folder / LANDMARK_FILE)


def read_masks(folder: Path, size_px: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """The person's masks, uint8 [height, width]."""
    return read_planes(folder / MASKS, size_px[::-1])


def _side_by_side(
    clip: DrivingClip, people: PeopleRecord, number: int, first: int, estimators: Estimators
) -> Iterator[tuple[Pixels, FramePeople, TrackedPose]]:
    """Each frame with its people and bodies, decoded once."""
    waiting: list[tuple[Pixels, FramePeople]] = []
    last = first + clip.frame_count - 1
    everybody = tuple(people.frames(first, last))

    def frames() -> Iterator[Frame]:
        for pixels, who in zip(clip.frames(), everybody, strict=True):
            waiting.append((pixels, who))
            yield Frame(pixels, who.time_s)

    for body in track_pose(frames(), everybody, number, estimators.bodies):
        pixels, who = waiting.pop()
        yield pixels, who, body


def _planes(
    tracked: Iterator[tuple[Pixels, FramePeople, TrackedPose]],
    number: int,
    estimators: Estimators,
    rows: _Rows,
) -> Iterator[tuple[Pixels, dict[str, NDArray[Any]]]]:
    """Each frame with the planes that are written of it, by the name of the file."""
    segmenter = FrameSegmenter(estimators, number)
    for pixels, who, body in tracked:
        inverse_depth = estimators.depth.find(pixels) if estimators.depth else None
        everybody = segmenter.segment(pixels, who, body)
        mask, marks = _planes_of_frame(
            pixels.shape[:2], everybody, number, inverse_depth, body.index, rows
        )
        planes: dict[str, NDArray[Any]] = {MASKS: mask, OTHERS: marks}
        if inverse_depth is not None:
            planes[INVERSE_DEPTH] = inverse_depth.astype(INVERSE_DEPTH_TYPE)
        yield pixels, planes


def _planes_of_frame(
    shape: tuple[int, ...],
    everybody: list[PersonMask],
    number: int,
    inverse_depth: NDArray[np.float32] | None,
    index: int,
    rows: _Rows,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The person's mask and the plane of the others; what else is found goes to `rows`."""
    mask, marks = np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    main, others, cues = None, everybody, DepthCues()
    if everybody and everybody[0].number == number:
        main, others = everybody[0], everybody[1:]
        mask, cues = main.mask, _cues(main, inverse_depth)
    rows.landmarks.append(_landmark_row(main, cues))
    for mark, other in enumerate(others, 1):
        marks[(other.mask >= _INSIDE) & (other.mask > mask)] = mark
        odds = nearer_log_odds(_cues(other, inverse_depth), cues)
        rows.others.append((index, mark, other.number, odds))
    return np.asarray(mask * 255 + 0.5, np.uint8), marks


def _cues(person: PersonMask, inverse_depth: NDArray[np.float32] | None) -> DepthCues:
    if person.body is None:
        return DepthCues(
            None if inverse_depth is None else inverse_depth_in(inverse_depth, person.mask)
        )
    return body_cues(person.body, person.mask.shape[0], inverse_depth, person.mask)


def _landmark_row(person: PersonMask | None, cues: DepthCues) -> dict[str, Any]:
    count = len(LANDMARKS)
    known: dict[str, Any] = {
        "world": np.zeros((count, 3)), "points": np.zeros((count, 3)),
        "visibility": np.zeros(count), "inside": np.zeros(count), "presence": 0.0,
    }  # fmt: skip
    if person is not None and person.body is not None:
        known = {name: getattr(person.body, name) for name in known}
    known["tracked"] = person is not None
    for name in ("px_per_m", "ground_contact_row"):
        value = getattr(cues, name)
        known[name] = _NONE if value is None else value
    return known


def _write(rows: _Rows, folder: Path) -> None:
    names = rows.landmarks[0]
    columns = {name: np.array([row[name] for row in rows.landmarks], np.float32) for name in names}
    write_arrays(folder / LANDMARK_FILE, columns)
    others = np.array(rows.others, np.float64).reshape(-1, 4)
    write_arrays(folder / OTHERS_FILE, {
        "frame": others[:, 0].astype(np.int64),
        "mark": others[:, 1].astype(np.int64),
        "number": others[:, 2].astype(np.int64),
        "nearer_log_odds": others[:, 3].astype(np.float32),
    })  # fmt: skip
