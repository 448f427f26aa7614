"""What may be wrong with a character picture, as data."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.analysis.matting.tuning import TUNING
from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.arrays import Pixels

HALF_BODY: Final = "half_body"
OCCLUDED: Final = "occluded"
SEVERAL_PEOPLE: Final = "several_people"
UNSURE: Final = "unsure"
SMALL: Final = "small"
TURNED: Final = "turned"
DOUBTFUL_MATTE: Final = "doubtful_matte"
NO_BODY: Final = "no_body"

_NOTHING, _SOLID = 12, 200  # levels between which a pixel is half transparent
_CHECKED = tuple(
    f"{side}_{joint}"
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in ("left", "right")
)


@dataclass(frozen=True, slots=True)
class PictureWarning:
    """`kind` is one of this module's constants, `joints` those it is about (`LANDMARKS`)."""

    kind: str
    joints: tuple[str, ...]
    text: str


def picture_warnings(
    body: PoseEstimate | None, alpha: Pixels, people: int
) -> tuple[PictureWarning, ...]:
    """What may spoil a character made from this picture.

    Args:
        body: the character's, None where nobody was found.
        alpha: its matte, uint8 [height, width] of the picture.
        people: how many people the picture shows.
    """
    warnings = [] if body is None else list(_body_warnings(body, alpha))
    if people > 1:
        text = f"{people} people are in the picture, the largest in the middle was taken"
        warnings.append(_warning(SEVERAL_PEOPLE, (), text))
    if (tall := seen_height_px(alpha)) < TUNING.smallest_px:
        warnings.append(_warning(SMALL, (), f"the character is only {tall} px high"))
    if is_soft(alpha):
        text = (
            "Much of the matte is half transparent; a glow or a shadow around the figure is taken "
            "for a part of it. Give a matte without one."
        )
        warnings.append(PictureWarning(DOUBTFUL_MATTE, (), text))
    if body is not None and is_inverted(body, alpha):
        text = (
            "The matte is full at the borders and empty where the person is, as if inverted; it "
            "has to be white, or opaque, where the character is."
        )
        warnings.append(PictureWarning(DOUBTFUL_MATTE, (), text))
    elif borders_touched(alpha) >= TUNING.many_borders:
        text = "the matte reaches three borders of the picture and may hold background"
        warnings.append(_warning(DOUBTFUL_MATTE, (), text))
    if body is None:
        text = (
            "No body was found, so no canonical picture is made; what is driven is the picture as "
            "it is."
        )
        warnings.append(PictureWarning(NO_BODY, (), text))
    return tuple(warnings)


def _body_warnings(body: PoseEstimate, alpha: Pixels) -> Iterator[PictureWarning]:
    height_px, width_px = alpha.shape
    outside, hidden = joints_out_of_sight(body, width_px, height_px)
    if outside:
        yield _warning(HALF_BODY, outside, f"{_list(outside)} out of the picture")
    if hidden:
        yield _warning(OCCLUDED, hidden, f"{_list(hidden)} hidden or not to be made out")
    if missed := joints_off_matte(body, alpha):
        text = f"{_list(missed)} not on what was cut out, so the matte may be wrong"
        yield _warning(DOUBTFUL_MATTE, missed, text)
    if body.presence < TUNING.present:
        text = f"it is not sure that this is a person ({body.presence:.0%})"
        yield _warning(UNSURE, (), text)
    turned = turned_deg(body)
    if turned > TUNING.most_turned_deg and body.presence >= TUNING.believed:
        yield _warning(TURNED, (), f"the character is turned {turned:.0f}° away from the camera")


def seen_height_px(alpha: Pixels) -> int:
    """Rows from the top to the bottom of a matte."""
    rows = np.flatnonzero((alpha > TUNING.on_matte).any(axis=1))
    return int(np.ptp(rows)) + 1 if len(rows) else 0


def borders_touched(alpha: Pixels) -> int:
    """How many of the picture's four borders a matte reaches over a part of their length."""
    sides = (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1])
    return sum(float((side > TUNING.on_matte).mean()) > TUNING.touched for side in sides)


def is_soft(alpha: Pixels) -> bool:
    """Whether more of a matte is half transparent than edges, hair and lace are."""
    seen = np.count_nonzero(alpha > _NOTHING)
    return bool(np.count_nonzero((alpha > _NOTHING) & (alpha < _SOLID)) > TUNING.soft * seen)


def is_inverted(body: PoseEstimate, alpha: Pixels) -> bool:
    """Whether a matte is of what is around the person: borders are on it, and joints are not."""
    height_px, width_px = alpha.shape
    sides = (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1])
    if min(float((side > TUNING.on_matte).mean()) for side in sides) < TUNING.inverted:
        return False
    x, y = np.rint(body.points[[LANDMARK[name] for name in _CHECKED], :2]).astype(int).T
    is_inside = (x >= 0) & (x < width_px) & (y >= 0) & (y < height_px)
    missed = alpha[y[is_inside], x[is_inside]] < TUNING.on_matte
    return bool(is_inside.any() and missed.mean() > TUNING.inverted)


def joints_off_matte(body: PoseEstimate, alpha: Pixels) -> tuple[str, ...]:
    """Joints that are to be seen in the picture, and around which the matte is empty."""
    height_px, width_px = alpha.shape
    reach = max(2, round(TUNING.around * seen_height_px(alpha)))
    missed = []
    for name in _CHECKED:
        x, y = (round(float(value)) for value in body.points[LANDMARK[name], :2])
        if not (0 <= x < width_px and 0 <= y < height_px):
            continue
        part = alpha[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
        if body.visibility[LANDMARK[name]] >= TUNING.seen and part.max() < TUNING.on_matte:
            missed.append(name)
    return tuple(missed)


def joints_out_of_sight(
    body: PoseEstimate, width_px: int, height_px: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Joints beyond the picture, and joints inside it that cannot be seen."""
    outside, hidden = [], []
    for name in _CHECKED:
        x, y = body.points[LANDMARK[name], :2]
        if not (0 <= x <= width_px and 0 <= y <= height_px):
            outside.append(name)
        elif body.visibility[LANDMARK[name]] < TUNING.seen:
            hidden.append(name)
    return tuple(outside), tuple(hidden)


def turned_deg(body: PoseEstimate) -> float:
    """How far the shoulders are turned away from the camera: 0 frontal, 90 sideways, 180 back.

    Which side is to be seen is told by the face where it is: the network takes left for right in
    drawings, but a nose before the ears looks at the camera.
    """
    across = body.world[LANDMARK["left_shoulder"]] - body.world[LANDMARK["right_shoulder"]]
    turned = math.degrees(abs(math.atan2(float(across[2]), float(across[0]))))
    return 180 - turned if turned > 90 and looks_at_camera(body) else turned


def looks_at_camera(body: PoseEstimate) -> bool:
    """Whether the face is to be seen: eyes and nose are, and the nose is nearer than the ears."""
    face = [LANDMARK[name] for name in ("nose", "left_eye", "right_eye")]
    ears = [LANDMARK[name] for name in ("left_ear", "right_ear")]
    nearer = body.points[face[0], 2] < body.points[ears, 2].min()
    return bool(nearer and body.visibility[face].min() >= TUNING.face_seen)


def _list(joints: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in joints) + ":"


def _warning(kind: str, joints: tuple[str, ...], text: str) -> PictureWarning:
    advice = "a frontal picture of the whole body gives the best result"
    return PictureWarning(kind, joints, f"{text[0].upper()}{text[1:]}; {advice}.")
