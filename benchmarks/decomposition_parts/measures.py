"""Everything that is measured on one clip, as lists of numbers, mostly one for every frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.decomposition_parts.analysis_stage import Analysed
from benchmarks.decomposition_parts.areas import Mask, false_share, iou, near_box, solid
from benchmarks.decomposition_parts.fitting_stage import Fitted
from benchmarks.decomposition_parts.joints import (
    LANDMARK_PLACES,
    aligned,
    distances,
    from_hips,
    jitter,
)
from benchmarks.decomposition_parts.layers_stage import Layered
from benchmarks.decomposition_parts.scenes import flicker_levels, psnr_db, times_seen
from benchmarks.decomposition_parts.truth import Truth

_PLATE_STEP = 4
_COVERED = 0.02
_OFTEN = 3  # frames that show a place, so that the scene there can be known

Array = NDArray[np.float64]
Lists = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on the clip named `clip`: `values` by name.

    `cpu_s`: processor time of each stage on frames in memory; `wall_s`: seconds of each stage of
    the whole decomposition of a video file, empty where that was not run.
    """

    clip: str
    motion: str
    camera: str
    front: str
    frames: int
    values: Lists = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)
    wall_s: dict[str, float] = field(default_factory=dict)


def measure_analysis(truth: Truth, analysed: Analysed) -> Lists:
    """Masks, raw joints, and how many frames have a body; a frame without one has no mask."""
    values: Lists = {
        "human_iou_analysis": _masks(truth, analysed.masks),
        "right_person": [float(analysed.chosen == analysed.number)],
        "human_found": [float(body is not None) for body in analysed.bodies],
        "false_cuts": [float(len(analysed.cuts))],
    }
    places = list(LANDMARK_PLACES)
    known = [index for index, body in enumerate(analysed.bodies) if body is not None]
    bodies = [body for body in analysed.bodies if body is not None]
    if not bodies:
        return values
    points = np.stack([body.points[places, :2] for body in bodies])
    world = np.stack([body.world[places] for body in bodies]).astype(np.float64)
    return values | _joint_errors(truth, known, points, world, "raw")


def measure_fit(truth: Truth, fitted: Fitted) -> Lists:
    """The same joints after the fit."""
    every = list(range(len(truth.frames)))
    values = _joint_errors(truth, every, fitted.joints_px, fitted.joints_m, "fitted")
    values["whole_iou"] = [
        iou(solid(drawn), solid(frame.human_full))
        for drawn, frame in zip(fitted.silhouettes, truth.frames, strict=True)
    ]
    return values


def measure_layers(truth: Truth, layered: Layered) -> Lists:
    """The person's mask, occluders, the scene behind the person, and its flicker."""
    names = ("occluder_iou", "occluder_iou_over", "occluder_iou_everywhere", "occluder_false")
    values: Lists = {name: [] for name in names}
    for alpha, frame in zip(layered.fronts, truth.frames, strict=True):
        found, front = solid(alpha), solid(frame.front)
        person = solid(frame.human_full)
        near = near_box(person)
        if truth.overlaps(frame.index):
            values["occluder_iou"].append(iou(found & near, front & near))
            values["occluder_iou_over"].append(iou(found & person, front & person))
            values["occluder_iou_everywhere"].append(iou(found, front))
        else:
            values["occluder_false"].append(false_share(found, front, person))
    values["human_iou"] = _masks(truth, layered.humans)
    values["human_iou_in_front"] = _where(values["human_iou"], truth, True)
    values["human_iou_free"] = _where(values["human_iou"], truth, False)
    return values | _plates(truth, layered) | {"flicker_levels": list(_flicker(truth, layered))}


def _joint_errors(
    truth: Truth, known: list[int], points: NDArray[np.floating], world: Array, name: str
) -> Lists:
    """Of the frames `known`: points [n, 12, 2] in px and world [n, 12, 3] in camera axes."""
    heights = truth.heights_px[known]
    flat = np.stack(
        [distances(*pair) for pair in zip(points, truth.joints_px[known], heights, strict=True)]
    )
    free = truth.joints_free[known]
    found, true = from_hips(world), from_hips(truth.joints_m[known])
    fits = np.stack([aligned(*pair) for pair in zip(found, true, strict=True)])
    values = {
        f"joints_2d_{name}": flat.mean(axis=1).tolist(),
        f"joints_2d_{name}_free": flat[free].tolist(),
        f"joints_2d_{name}_behind": flat[~free].tolist(),
        f"joints_3d_{name}": distances(found, true, truth.height_m).mean(axis=1).tolist(),
        f"joints_pa_{name}": distances(fits, true, truth.height_m).mean(axis=1).tolist(),
    }
    if len(known) == len(truth.frames) >= 3:
        rate_fps = float(truth.spec.rate_fps)
        values[f"jitter_{name}"] = [jitter(found, rate_fps)]
        values[f"jitter_of_error_{name}"] = [jitter(found - true, rate_fps)]
        values["jitter_true"] = [jitter(true, rate_fps)]
    return values


def _masks(truth: Truth, masks: Sequence[Mask]) -> list[float]:
    pairs = zip(masks, truth.frames, strict=True)
    return [iou(solid(mask), solid(frame.human)) for mask, frame in pairs]


def _where(values: list[float], truth: Truth, overlapping: bool) -> list[float]:
    return [value for index, value in enumerate(values) if truth.overlaps(index) is overlapping]


def _plates(truth: Truth, layered: Layered) -> Lists:
    """PSNR of the scene without the person against the truth, of some frames."""
    values: Lists = {"plate_untouched_db": [], "plate_uncovered_db": [], "plate_invented_db": []}
    cameras = [frame.camera for frame in truth.frames]
    for frame in truth.frames[::_PLATE_STEP]:
        free = frame.front <= _COVERED
        covered = ((frame.human_full > _COVERED) | (frame.shadow > _COVERED)) & free
        times = times_seen(frame.index, covered, frame.scene_depth_m, cameras, truth.hidden)
        scene = layered.scenes[frame.index]
        for name, area in (
            ("untouched", ~covered & free),
            ("uncovered", covered & (times >= _OFTEN)),
            ("invented", covered & (times == 0)),
        ):
            level = psnr_db(scene, frame.clean, area)
            values[f"plate_{name}_db"] += [] if level is None else [level]
    return values


def _flicker(truth: Truth, layered: Layered) -> Iterator[float]:
    """Where the person was in both of two frames; of a standing camera only."""
    if truth.spec.camera != "static":
        return
    for index in range(1, len(truth.frames)):
        before, now = truth.frames[index - 1], truth.frames[index]
        free = (before.front <= _COVERED) & (now.front <= _COVERED)
        area = (before.human_full > 0.5) & (now.human_full > 0.5) & free
        if area.any():
            found = (layered.scenes[index - 1], layered.scenes[index])
            yield flicker_levels(found, (before.clean, now.clean), area)
