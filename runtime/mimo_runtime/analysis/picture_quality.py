"""What may be wrong with a character picture, as data."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from mimo_runtime.analysis.body_landmarks import Body
from mimo_runtime.analysis.joints import LANDMARK

HALF_BODY: Final = "half_body"
OCCLUDED: Final = "occluded"
SEVERAL_PEOPLE: Final = "several_people"
UNSURE: Final = "unsure"
SMALL: Final = "small"
TURNED: Final = "turned"

_CHECKED = tuple(
    f"{side}_{joint}"
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in ("left", "right")
)
_SEEN = 0.5
_PRESENT = 0.5
_SMALLEST_PX = 256
_MOST_TURNED_DEG = 50.0


@dataclass(frozen=True, slots=True)
class PictureWarning:
    """`kind` is one of this module's constants, `joints` those it is about (`LANDMARKS`)."""

    kind: str
    joints: tuple[str, ...]
    text: str


def picture_warnings(
    body: Body, people: int, width_px: int, height_px: int
) -> tuple[PictureWarning, ...]:
    """What may spoil a character made from this picture.

    Args:
        body: the character's.
        people: how many people the picture shows.
        width_px: of the picture.
        height_px: of the picture.
    """
    outside, hidden = joints_out_of_sight(body, width_px, height_px)
    found = []
    if outside:
        found.append(_warning(HALF_BODY, outside, f"{_list(outside)} out of the picture"))
    if hidden:
        found.append(_warning(OCCLUDED, hidden, f"{_list(hidden)} hidden or not to be made out"))
    if people > 1:
        text = f"{people} people are in the picture, the largest in the middle was taken"
        found.append(_warning(SEVERAL_PEOPLE, (), text))
    if body.presence < _PRESENT:
        text = f"it is not sure that this is a person ({body.presence:.0%})"
        found.append(_warning(UNSURE, (), text))
    if (tall := float(np.ptp(body.points[:, 1]))) < _SMALLEST_PX:
        found.append(_warning(SMALL, (), f"the character is only {tall:.0f} px high"))
    if (turned := turned_deg(body)) > _MOST_TURNED_DEG:
        text = f"the character is turned {turned:.0f}° away from the camera"
        found.append(_warning(TURNED, (), text))
    return tuple(found)


def joints_out_of_sight(
    body: Body, width_px: int, height_px: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Joints beyond the picture, and joints inside it that cannot be seen."""
    outside, hidden = [], []
    for name in _CHECKED:
        x, y = body.points[LANDMARK[name], :2]
        if not (0 <= x <= width_px and 0 <= y <= height_px):
            outside.append(name)
        elif body.visibility[LANDMARK[name]] < _SEEN:
            hidden.append(name)
    return tuple(outside), tuple(hidden)


def turned_deg(body: Body) -> float:
    """How far the shoulders are turned away from the camera: 0 frontal, 90 sideways, 180 back."""
    across = body.world[LANDMARK["left_shoulder"]] - body.world[LANDMARK["right_shoulder"]]
    return math.degrees(abs(math.atan2(float(across[2]), float(across[0]))))


def _list(joints: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in joints) + ":"


def _warning(kind: str, joints: tuple[str, ...], text: str) -> PictureWarning:
    advice = "a frontal picture of the whole body gives the best result"
    return PictureWarning(kind, joints, f"{text[0].upper()}{text[1:]}; {advice}.")
