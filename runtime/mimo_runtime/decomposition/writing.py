"""Last stage: everything that was found, as a template folder."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mimo_runtime.array_file import write_arrays
from mimo_runtime.decomposition import progress as stages
from mimo_runtime.decomposition.bodies import LANDMARK_FILE, OTHERS_FILE
from mimo_runtime.decomposition.choice import Selection
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.decomposition.drawing import VIDEO as MOTION_VIDEO
from mimo_runtime.decomposition.layering import HUMAN, OCCLUSION, ORDER, REPORT, SCENE
from mimo_runtime.decomposition.people import PeopleRecord
from mimo_runtime.decomposition.postures import CAMERA, POSES
from mimo_runtime.decomposition.progress import OnFrame
from mimo_runtime.decomposition.report import Report
from mimo_runtime.files import write_errors
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.templates.folder import SOURCE
from mimo_runtime.templates.writer import new_template, write_config
from mimo_runtime.wire.poses import EXTRAS

PERSON, REPORT_FILE = "person.npz", "report.json"
_STREAM_FILES = (
    (stages.WRITE, f"{SOURCE}.mp4"),
    (stages.DRAW, MOTION_VIDEO),
    (stages.LAYERS, HUMAN),
    (stages.LAYERS, SCENE),
    (stages.LAYERS, OCCLUSION),
)
_EXTRA_FILES = (
    (stages.BODY, LANDMARK_FILE),
    (stages.BODY, OTHERS_FILE),
    (stages.FIT, POSES),
    (stages.FIT, CAMERA),
    (stages.LAYERS, ORDER),
    (stages.LAYERS, REPORT),
)


def write_source(clip: DrivingClip, folder: Path, on_frame: OnFrame) -> None:
    """Write vid.mp4 into `folder`, with what is heard in the clip meanwhile."""
    path, sound = folder / f"{SOURCE}.mp4", clip.sound()
    with Mp4Sink(path, *clip.size_px, clip.rate_fps, sound=sound, sound_codec="flac") as video:
        for index, pixels in enumerate(clip.frames()):
            video.write(index, pixels)
            on_frame(index + 1, clip.frame_count)


def write_template(
    target: Path,
    clip: DrivingClip,
    choice: Selection,
    people: PeopleRecord,
    folders: dict[str, Path],
    report: Callable[[], Report],
) -> Report:
    """The template folder `target` out of stage folders; it appears whole.

    Args:
        target: new or empty, or an earlier template, which is replaced.
        clip, choice, people: what was decomposed.
        folders: of the stages body, fit, draw, layers, write.
        report: gathers it, after all else is there.
    """
    with new_template(target) as folder, write_errors(target):
        extras = folder / EXTRAS
        extras.mkdir()
        for stage, name in _STREAM_FILES:
            if (folders[stage] / name).is_file():
                shutil.copyfile(folders[stage] / name, folder / name)
        for stage, name in _EXTRA_FILES:
            shutil.copyfile(folders[stage] / name, extras / name)
        _write_person(extras / PERSON, clip, choice, people)
        write_config(folder, clip.rate_fps, clip.frame_count)
        written = report()
        written.write(extras / REPORT_FILE)
    return written


def _write_person(path: Path, clip: DrivingClip, choice: Selection, people: PeopleRecord) -> None:
    """The track of the person: one row a frame, NaN and False where they were not found."""
    count, number = clip.frame_count, choice.person.number
    boxes = np.full((count, 4), np.nan, np.float32)
    keypoints = np.full((count, 17, 3), np.nan, np.float32)
    scores, recovered = np.zeros(count, np.float32), np.zeros(count, np.bool_)
    for frame in people.frames(choice.first, choice.last):
        person = frame.numbered(number)
        if person is None or person.interpolated:
            continue
        box = person.person.box
        boxes[frame.index] = box.left, box.top, box.right, box.bottom
        keypoints[frame.index], scores[frame.index] = person.person.keypoints, person.person.score
        recovered[frame.index] = person.recovered
    write_arrays(path, {
        "source_frame": np.array(clip.indices, np.int64),
        "source_time_s": np.array([clip.info.timestamps_s[index] for index in clip.indices]),
        "found": np.isfinite(boxes[:, 0]),
        "recovered": recovered,
        "score": scores,
        "box_px": boxes,
        "keypoints_px": keypoints,
    })  # fmt: skip
