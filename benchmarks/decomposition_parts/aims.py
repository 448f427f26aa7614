"""What is wanted of the decomposition, and what was measured of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.decomposition_parts.measures import Measures


@dataclass(frozen=True, slots=True)
class Aim:
    """The median of `measure` over all frames is to be at least (or at most) `wanted`."""

    measure: str
    what: str
    wanted: float
    at_least: bool

    def met(self, value: float) -> bool:
        """Whether `value` is good enough."""
        return value >= self.wanted if self.at_least else value <= self.wanted


AIMS: Final = (
    Aim("human_iou", "mask of the person, IoU", 0.90, True),
    Aim("occluder_iou", "mask of what is in front, near the person, IoU", 0.75, True),
    Aim("joints_2d_fitted", "fitted joints in the picture, in body heights", 0.05, False),
    Aim("joints_3d_fitted", "fitted joints in space from the hips, in body heights", 0.05, False),
    Aim("plate_uncovered_db", "scene behind the person, free in 3 other frames, dB", 30.0, True),
    Aim("jitter_ratio", "jitter of fitted joints over that of raw ones", 0.5, False),
)

OTHERS: Final = {
    "human_iou_analysis": "mask of the person before the layers are known, IoU",
    "human_iou_free": "mask of the person where nothing is in front",
    "human_iou_in_front": "the same where something is in front",
    "right_person": "clips in which the main person is the one meant (mean)",
    "human_found": "frames with a body (mean)",
    "false_cuts": "cuts that are none, a clip (mean)",
    "occluder_iou_over": "what is in front, where it hides the person, IoU",
    "occluder_iou_everywhere": "what is in front, in the whole frame, IoU",
    "occluder_false": "taken for something in front that is not, in areas of the person (mean)",
    "joints_2d_raw": "raw joints in the picture, in body heights",
    "joints_2d_raw_free": "of these what is seen",
    "joints_2d_raw_behind": "of these what something is in front of",
    "joints_2d_fitted_free": "fitted joints that are seen",
    "joints_2d_fitted_behind": "fitted joints that something is in front of",
    "joints_3d_raw": "raw joints in space, from the hips",
    "joints_pa_raw": "raw joints in space, turned and scaled onto the truth",
    "joints_pa_fitted": "fitted joints, turned and scaled onto the truth",
    "whole_iou": "drawn fitted body against the whole person, IoU",
    "plate_untouched_db": "scene where the person is not, dB",
    "plate_invented_db": "scene behind the person, never free, dB",
    "flicker_levels": "change of the scene behind the person that is not there, of 255",
    "jitter_true": "acceleration of the true joints, m/s²",
    "jitter_raw": "of the raw ones",
    "jitter_fitted": "of the fitted ones",
    "jitter_of_error_raw": "of the error of the raw ones",
    "jitter_of_error_fitted": "of the error of the fitted ones",
    "whole_kept": "from a video file to a template: frames kept (mean)",
    "whole_human_iou": "its mask of the person, IoU",
    "whole_occluder_iou": "its mask of what is in front, near the person, IoU",
    "whole_plate_uncovered_db": "its scene behind the person, free in 3 other frames, dB",
}
MEANS: Final = ("right_person", "human_found", "false_cuts", "occluder_false", "whole_kept")


def pooled(clips: Sequence[Measures], measure: str) -> list[float]:
    """All values of `measure`; empty where it was not measured.

    "jitter_ratio" is one value a clip: fitted over raw.
    """
    if measure != "jitter_ratio":
        return [value for clip in clips for value in clip.values.get(measure, [])]
    both = [
        (clip.values["jitter_fitted"], clip.values["jitter_raw"])
        for clip in clips
        if {"jitter_fitted", "jitter_raw"} <= clip.values.keys()
    ]
    return [fitted[0] / raw[0] for fitted, raw in both]


def middle(clips: Sequence[Measures], measure: str) -> float | None:
    """The median (of `MEANS` the mean) of `measure`; None where it was not measured."""
    values = pooled(clips, measure)
    if not values:
        return None
    return float(np.mean(values) if measure in MEANS else np.median(values))


def worst_tenth(clips: Sequence[Measures], measure: str, at_least: bool) -> float | None:
    """What nine of ten values are better than."""
    values = pooled(clips, measure)
    return float(np.percentile(values, 10 if at_least else 90)) if values else None
