"""Who may be meant in a picture: people who were found, and figures on a plain ground."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mimo_runtime.analysis.bbox import BBox, overlap
from mimo_runtime.analysis.matting.plain_ground import Foreground, figures, labelled
from mimo_runtime.analysis.matting.tuning import TUNING
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.arrays import Floats
from mimo_runtime.errors import InvalidRequestError


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Somebody in the picture: found as a person, standing apart from the ground, or both."""

    box: BBox
    person: DetectedPerson | None
    figure: Foreground | None

    def prominence(self, width_px: int) -> float:
        """How much the picture is of this one: large and in the middle."""
        away = abs(2 * self.box.centre[0] / width_px - 1)
        return self.box.area * (1.5 - away)


def candidates(people: Sequence[DetectedPerson], standing: Sequence[Foreground]) -> list[Candidate]:
    """Each person with the figure it is in, and the figures in which nobody was found."""
    seated = [Candidate(person.box, person, _figure_of(person, standing)) for person in people]
    taken = {id(candidate.figure) for candidate in seated}
    alone = [figure for figure in standing if id(figure) not in taken]
    return seated + [Candidate(figure.box, None, figure) for figure in alone]


def choose(
    everybody: Sequence[Candidate], number: int | None, width_px: int
) -> tuple[Candidate | None, list[Candidate]]:
    """The one of `number` from the left, or the largest in the middle, and the others.

    Raises:
        InvalidRequestError: there are fewer than `number`.
    """
    if number is None:
        ranked = sorted(everybody, key=lambda candidate: -candidate.prominence(width_px))
        return (ranked[0], ranked[1:]) if ranked else (None, [])
    ranked = sorted(everybody, key=lambda candidate: candidate.box.centre[0])
    if number > max(1, len(ranked)):
        raise InvalidRequestError(
            f"There is no person {number} in the picture, in which {len(ranked)} were found, "
            "counted from the left; choose one of those, or give a matte.",
            settings=("person", "matte"),
        )
    return (ranked[number - 1] if ranked else None), ranked[: number - 1] + ranked[number:]


def touches(chosen: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether one of the others is in the same figure as the one chosen."""
    return chosen.figure is not None and any(each.figure is chosen.figure for each in others)


def own_part(ground: Floats, chosen: Candidate) -> Floats:
    """`ground`, float32 [height, width] 0..1, of the figure that the one chosen is."""
    parts = figures(ground)
    own = max(parts, key=lambda figure: overlap(figure.box, chosen.box), default=None)
    if own is None:
        return ground
    count, labels = cv2.connectedComponents((ground > TUNING.haze).astype(np.uint8))
    mine = labelled(labels, labels[own.mask], count)
    if any((mine & part.mask).any() for part in parts if part is not own):
        mine = own.mask
    return np.where(mine, ground, 0).astype(np.float32)


def _figure_of(person: DetectedPerson, standing: Sequence[Foreground]) -> Foreground | None:
    shares = [overlap(person.box, figure.box) / max(person.box.area, 1.0) for figure in standing]
    best = max(range(len(shares)), key=lambda k: shares[k], default=None)
    return standing[best] if best is not None and shares[best] >= TUNING.in_figure else None
