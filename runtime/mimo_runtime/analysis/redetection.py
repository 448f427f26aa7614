"""A second look for somebody whom the finder of people has missed."""

import math
from collections.abc import Iterator
from dataclasses import replace

from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.person_detector import clothes_colours
from mimo_runtime.analysis.pose_estimate import PoseEstimate, PoseEstimator
from mimo_runtime.analysis.square_crop import UPRIGHT_DEG, SquareCrop, crop_around, roll_of
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Pixels

_TURNS = ((0, 1.25), (0, 0.85), (45, 1.1), (-45, 1.1), (90, 1.1), (-90, 1.1))
# degrees from how the person leant, and how much larger a square


def redetect(
    pixels: Pixels, bodies: PoseEstimator, expected: DetectedPerson, unseen_s: float
) -> Iterator[DetectedPerson]:
    """Who may be the person in `pixels` where `expected` is, the surest first; lazily.

    Networks press a body that leans into an upright one or find nobody. Who was seen a moment ago
    and is not now may have turned over, so turned squares are looked at as well.

    Args:
        pixels: the frame, uint8 [height, width, 3].
        bodies: a finder.
        expected: by how the person moved before.
        unseen_s: since when it has not been seen.
    """
    inside = expected.box.within(pixels.shape[1], pixels.shape[0])
    if inside.area < TUNING.still_inside * expected.box.area:
        return
    body = bodies.find(pixels, expected)
    if body.presence >= TUNING.redetected_presence:
        yield _dressed(body, pixels)
    elif unseen_s <= TUNING.tumbling_s:
        turned = _turned(pixels, bodies, roll_of(expected) or 0.0, crop_around(expected))
        yield from (
            _dressed(body, pixels) for body in sorted(turned, key=_confidence, reverse=True)
        )


def _dressed(body: PoseEstimate, pixels: Pixels) -> DetectedPerson:
    person = body.person()
    person = replace(person, box=person.box.within(pixels.shape[1], pixels.shape[0]))
    return replace(person, colours=clothes_colours(pixels, person))


def _turned(
    pixels: Pixels, bodies: PoseEstimator, roll_rad: float, crop: SquareCrop
) -> Iterator[PoseEstimate]:
    """Bodies in turned squares around `crop` that lean about as the person did, `roll_rad`."""
    most_deg = TUNING.most_turn_deg[abs(math.degrees(roll_rad)) > UPRIGHT_DEG]
    for turn_deg, wider in _TURNS:
        if abs(turn_deg) < most_deg:
            turn_rad = roll_rad + math.radians(turn_deg)
            turned_crop = replace(crop, side_px=wider * crop.side_px, turn_rad=turn_rad)
            body = bodies.find_in(pixels, turned_crop)
            away_rad = math.remainder(body.roll_rad() - roll_rad, math.tau)
            if body.presence >= TUNING.surely_present and abs(math.degrees(away_rad)) <= most_deg:
                yield body


def _confidence(body: PoseEstimate) -> float:
    return body.presence * float((body.visibility * body.inside).mean())
