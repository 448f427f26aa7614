"""The whole decomposition of a made-up clip: from a video file to a template folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.decomposition_parts.layers_stage import Layered
from benchmarks.decomposition_parts.measures import Lists, measure_layers
from benchmarks.decomposition_parts.truth import Truth
from mimo_runtime.decomposition.decompose import DecomposeOptions, decompose
from mimo_runtime.errors import MimoError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import open_clip

Pixels = NDArray[np.uint8]
_TAKEN = ("human_iou", "occluder_iou", "plate_uncovered_db")


@dataclass(frozen=True, slots=True)
class Whole:
    """`values` of the template's videos; `wall_s`: seconds of each stage, none where it failed."""

    values: Lists
    wall_s: Mapping[str, float]


def decompose_whole(truth: Truth, folder: Path, person: int | None = None) -> Whole:
    """Write the clip as a video into `folder`, decompose it with one thread, measure the template.

    person: its number where the main person is not the one meant.

    "whole_kept" is the share of frames that the template has; where it is not all of them, or the
    video is refused, nothing else is measured.
    """
    video, target = folder / "clip.mp4", folder / "template"
    truth.clip.write(video)
    try:
        report = decompose(
            video, target, DecomposeOptions(person=person, threads=1), lambda *_: None
        )
    except MimoError:
        return Whole({"whole_kept": [0.0]}, {})
    assert report is not None, "the folder was empty"
    scenes = _frames(target / "bk.mp4")
    values: Lists = {"whole_kept": [len(scenes) / len(truth.frames)]}
    wall_s = {stage["name"]: float(stage["seconds"]) for stage in report.facts["stages"]}
    if len(scenes) == len(truth.frames):
        values |= _measured(truth, target, scenes)
    return Whole(values, wall_s)


def _measured(truth: Truth, target: Path, scenes: list[Pixels]) -> Lists:
    masks = [frame[..., 0] for frame in _frames(target / "mask.mp4")]
    fronts = [np.zeros_like(mask) for mask in masks]
    if (target / "occ.mp4").is_file():
        fronts = [frame[..., 0] for frame in _frames(target / "occ.mp4")]
    found = measure_layers(truth, Layered(tuple(scenes), tuple(fronts), tuple(masks), 0.0))
    return {f"whole_{name}": found[name] for name in _TAKEN}


def _frames(path: Path) -> list[Pixels]:
    with open_clip(path, MediaLimits()) as reader:
        return [frame.copy() for batch in reader for frame in batch.frames]
