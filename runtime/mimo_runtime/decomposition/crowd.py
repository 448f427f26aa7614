"""Everybody in one frame: whose body and mask is whose, also where people cross."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.body_landmarks import Body
from mimo_runtime.analysis.body_track import SeenBody
from mimo_runtime.analysis.finders import Finders
from mimo_runtime.analysis.person import Person, keypoint_distance
from mimo_runtime.analysis.region import overlap
from mimo_runtime.analysis.tracks import FramePeople
from mimo_runtime.decomposition.clip import Pixels

_MIXED_UP = 0.05  # of the height, between keypoints and landmarks; usual are 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Somebody:
    """Person `number`: `body`, and whether it is `trusted` to be that person's.

    Where two are close, the body network may take one for the other.
    """

    number: int
    body: Body
    trusted: bool


def everybody(
    who: FramePeople, number: int, pixels: Pixels, seen: SeenBody, finders: Finders
) -> list[Somebody]:
    """The person `number`, if in the frame, and then all others.

    Also those who are far away: they may stand where the scene is to be seen, or where something
    dark would be taken for the person's shadow.

    Args:
        who: is in the frame `pixels`.
        number: of the person whose body, with those of people who touch it, is in `seen`.
    """
    chosen = who.numbered(number)
    everyone = [] if chosen is None or seen.body is None else [(chosen, seen.body)]
    touching = iter(seen.others)
    for other in who.people:
        if other.number == number:
            continue
        if chosen is not None and overlap(other.person.box, chosen.person.box) > 0:
            everyone.append((other, next(touching)))
        else:
            everyone.append((other, finders.bodies.find(pixels, other.person)))
    people = [one.person for one, _ in everyone]
    return [
        Somebody(one.number, body, _is_trusted(one.person, body, people)) for one, body in everyone
    ]


def masks_of(
    pixels: Pixels, people: Sequence[Somebody], finders: Finders
) -> Iterator[NDArray[np.float32]]:
    """The mask of each, float32 [height, width].

    One that is not trusted gives way to the others'.
    """
    masks = [
        finders.masks.find(
            pixels, one.body, [other.body for other in people if other is not one and other.trusted]
        )
        for one in people
    ]
    sure = [mask for one, mask in zip(people, masks, strict=True) if one.trusted]
    for one, mask in zip(people, masks, strict=True):
        yield mask if one.trusted or not sure else np.minimum(mask, 1 - np.max(sure, axis=0))


def _is_trusted(person: Person, body: Body, people: Sequence[Person]) -> bool:
    crossed = any(other is not person and overlap(other.box, person.box) > 0 for other in people)
    distance = keypoint_distance(person, body.person())
    return not crossed or distance is None or distance < _MIXED_UP
