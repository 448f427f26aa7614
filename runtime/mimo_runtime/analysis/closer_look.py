"""A second look for somebody whom the finder of people has missed."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mimo_runtime.analysis.body_landmarks import Body, BodyFinder
from mimo_runtime.analysis.frame import Pixels
from mimo_runtime.analysis.people import clothes_colours
from mimo_runtime.analysis.person import Person
from mimo_runtime.analysis.square_crop import SquareCrop, crop_around, lean_of

_PRESENT = 0.5
_SURELY_PRESENT = 0.65
_STILL_INSIDE = 0.4
_TUMBLING_S: Final = 0.35  # since somebody was last seen
_TURNS = ((0, 1.25), (0, 0.85), *((degrees, 1.1) for degrees in range(45, 360, 45)))
# from how the person leant, and how much larger a square


def look_closer(
    pixels: Pixels, bodies: BodyFinder, expected: Person, unseen_s: float
) -> Iterator[Person]:
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
    if inside.area < _STILL_INSIDE * expected.box.area:
        return
    body = bodies.find(pixels, expected)
    if body.presence >= _PRESENT:
        yield _dressed(body, pixels)
    elif unseen_s <= _TUMBLING_S:
        looks = [bodies.find_in(pixels, crop) for crop in _turned(expected)]
        sure = [body for body in looks if body.presence >= _SURELY_PRESENT]
        yield from (_dressed(body, pixels) for body in sorted(sure, key=_certainty, reverse=True))


def _dressed(body: Body, pixels: Pixels) -> Person:
    person = body.person()
    person = replace(person, box=person.box.within(pixels.shape[1], pixels.shape[0]))
    return replace(person, colours=clothes_colours(pixels, person))


def _turned(expected: Person) -> list[SquareCrop]:
    crop, lean_rad = crop_around(expected), lean_of(expected) or 0.0
    return [
        replace(crop, side_px=crop.side_px * wider, turn_rad=lean_rad + math.radians(turn_deg))
        for turn_deg, wider in _TURNS
    ]


def _certainty(body: Body) -> float:
    return body.presence * float((body.visibility * body.inside).mean())
