"""A character cut out of a picture."""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.analysis.body_landmarks import Body, BodyFinder
from mimo_runtime.analysis.frame import Pixels
from mimo_runtime.analysis.mask import MaskFinder
from mimo_runtime.analysis.mask_edge import refined
from mimo_runtime.analysis.people import PeopleFinder
from mimo_runtime.analysis.person import Person
from mimo_runtime.analysis.picture_quality import PictureWarning, picture_warnings
from mimo_runtime.analysis.square_crop import ROOM, SquareCrop
from mimo_runtime.errors import InvalidRequestError, MediaError

_MODEL_PX = 512
_PRESENT = 0.5
_IN_PICTURE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class CharacterMatte:
    """`alpha`, uint8 [height, width]: 255 on the character; its `body`; what may be wrong."""

    alpha: Pixels
    body: Body
    warnings: tuple[PictureWarning, ...]


class CharacterFinder:
    """Cuts the main person out of a picture."""

    def __init__(self, people: PeopleFinder, bodies: BodyFinder, masks: MaskFinder) -> None:
        self._people = people
        self._bodies = bodies
        self._masks = masks

    def find(self, pixels: Pixels, number: int | None = None) -> CharacterMatte:
        """The matte of the character in `pixels`, uint8 [height, width, 3].

        Args:
            number: of the person, counted from the left from 1; None takes the main one.

        Raises:
            MediaError: nobody is in the picture.
            InvalidRequestError: there are fewer people than `number`.
        """
        height_px, width_px = pixels.shape[:2]
        people = sorted(self._people.find(pixels), key=lambda p: -_prominence(p, width_px))
        if number is not None:
            people = _first_of(people, number)
        bodies = [self._bodies.find(pixels, person) for person in people]
        if not bodies:
            bodies = [self._anybody(pixels)]
        first = self._closer(pixels, bodies[0])
        mask = self._masks.find_in_crop(pixels, first, bodies[1:])
        alpha = refined(mask, first.crop, pixels, _MODEL_PX)
        warnings = picture_warnings(first, len(bodies), width_px, height_px)
        return CharacterMatte(np.rint(alpha * 255).astype(np.uint8), first, warnings)

    def _anybody(self, pixels: Pixels) -> Body:
        """The body that the whole picture may show although no person was found."""
        height_px, width_px = pixels.shape[:2]
        crop = SquareCrop(width_px / 2, height_px / 2, float(max(height_px, width_px)), 0.0)
        body = self._bodies.find_in(pixels, crop)
        if body.presence < _PRESENT:
            raise MediaError(
                f"Nobody was found in the picture ({width_px}x{height_px}); give one of a single "
                "person, whole and from the front."
            )
        return body

    def _closer(self, pixels: Pixels, body: Body) -> Body:
        """Once more, in the crop that fits what was found the first time."""
        seen = body.inside >= _IN_PICTURE
        if body.presence < _PRESENT or seen.sum() < len(seen) // 2:
            return body
        around = body.region()
        side_px = max(around.width, around.height) * ROOM
        crop = SquareCrop(*around.centre, side_px, body.crop.turn_rad)
        again = self._bodies.find_in(pixels, crop)
        return again if again.presence >= body.presence - 0.05 else body


def _first_of(people: list[Person], number: int) -> list[Person]:
    """`people` with the one that is `number` from the left in front."""
    by_place = sorted(people, key=lambda person: person.box.centre[0])
    if number > max(1, len(people)):
        raise InvalidRequestError(
            f"There is no person {number} in the picture; {len(people)} were found, counted from "
            "the left."
        )
    return by_place[number - 1 : number] + by_place[: number - 1] + by_place[number:]


def _prominence(person: Person, width_px: int) -> float:
    away = abs(2 * person.box.centre[0] / width_px - 1)
    return person.box.area * (1.5 - away)
