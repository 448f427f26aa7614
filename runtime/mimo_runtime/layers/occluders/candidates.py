"""What may be in front of the person in one frame, and the odds for it."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from mimo_runtime.analysis.depth_order import DepthCues, nearer_log_odds
from mimo_runtime.layers.frame_masks import FrameVsPlate
from mimo_runtime.layers.frames import Flags, inside
from mimo_runtime.layers.masks import connected_components, dilate, opening, reach_of
from mimo_runtime.layers.occluders.depth import nearer_than
from mimo_runtime.layers.occluders.tuning import TUNING
from mimo_runtime.layers.removal.removal import margin_px, moving_pieces

PERSON: Final = "a person"
MOVING: Final = "something that moves"
STANDING: Final = "something that stands there"
DEEP: Final = "something that is nearer in depth"


@dataclass(frozen=True, slots=True, eq=False)
class OccluderCandidate:
    """An `area`, bool [height, width], of which `log_odds` say whether it is in front.

    `touching`: whether it touches what the person is, or would be with nothing in front.
    """

    area: Flags
    reason: str
    log_odds: float
    touching: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    visible: Flags
    amodal: Flags
    confidence: float
    bottom: int

    @property
    def missing(self) -> Flags:
        return self.amodal & ~self.visible


def candidates_of(compared: FrameVsPlate) -> list[OccluderCandidate]:
    """Everything that moves or is somebody else, and with depth whatever is nearer.

    Things that stand there are not found here, but by `StaticOccluders`.
    """
    person = _person(compared)
    if not person.visible.any() and not person.amodal.any():
        return []
    areas = [
        (_beside(inside(other.mask), person), PERSON, other.nearer)
        for other in compared.masks.others
    ]
    areas += [(area, MOVING, None) for area in _moving(compared, person)]
    areas = [entry for entry in areas if entry[0].any()]
    if compared.masks.inverse_depth is not None:
        return _by_depth(compared, person, areas)
    return [_judged(area, why, person, odds) for area, why, odds in areas]


def _person(compared: FrameVsPlate) -> _Person:
    visible = inside(compared.masks.person)
    expected = compared.masks.expected
    amodal = _hull(visible) if expected is None else inside(expected) | visible
    body = visible if expected is None else amodal
    rows = np.flatnonzero(body.any(axis=1))
    return _Person(
        visible,
        amodal,
        TUNING.hull_confidence if expected is None else 1.0,
        int(rows[-1]) if len(rows) else 0,
    )


def _hull(area: Flags) -> Flags:
    points = cv2.findNonZero(area.astype(np.uint8))
    filled = np.zeros(area.shape, np.uint8)
    if points is not None:
        cv2.fillConvexPoly(filled, cv2.convexHull(points), 1)
    return filled.astype(np.bool_)


def _beside(area: Flags, person: _Person) -> Flags:
    return area & ~person.visible


def _moving(compared: FrameVsPlate, person: _Person) -> list[Flags]:
    """Pieces of what is not the plate, the person, its shadow or somebody else."""
    height, width = person.visible.shape
    margin = margin_px(width, height)
    foreign = compared.masks.foreign()
    known = dilate(person.visible, margin) | dilate(foreign, margin) | compared.shadow
    unsure = compared.unseen & ~known
    cores = opening(compared.different & ~compared.unseen & ~known, max(1, margin // 2))
    area = moving_pieces(cores, (compared.different & ~known) | unsure)
    pieces = []
    for piece in connected_components(area, max(16, int(TUNING.smallest * person.visible.size))):
        if (piece & compared.shade).sum() > TUNING.shade_share * piece.sum():
            continue
        free = (
            (compared.different | compared.unseen) & ~person.visible & ~foreign & ~compared.shadow
        )
        pieces.append(piece | (dilate(piece, margin + 1) & free))
    return pieces


def _judged(area: Flags, reason: str, person: _Person, known: float | None) -> OccluderCandidate:
    odds = _foot_odds(area, person) if known is None else known
    height, width = area.shape
    around = dilate(area, reach_of(width, height, TUNING.touch, 2))
    if not (around & person.amodal).any():
        return OccluderCandidate(area, reason, TUNING.far_share * odds, touching=False)
    size = max(1, int(person.amodal.sum()))
    bite = float((around & person.missing).sum()) / size
    covering_log_odds = (
        min(TUNING.most_bite_log_odds, TUNING.bite_log_odds * bite)
        if bite > TUNING.least_bite
        else TUNING.whole_log_odds
    )
    return OccluderCandidate(area, reason, odds + person.confidence * covering_log_odds)


def _foot_odds(area: Flags, person: _Person) -> float:
    """What is lower in the picture is nearer; nothing is known of a person cut off below."""
    height = area.shape[0]
    if person.bottom >= height - 2:
        return 0.0
    lowest = int(np.flatnonzero(area.any(axis=1))[-1])
    thing = DepthCues(ground_contact_row=lowest / height)
    return nearer_log_odds(thing, DepthCues(ground_contact_row=person.bottom / height))


def _by_depth(
    compared: FrameVsPlate, person: _Person, areas: list[tuple[Flags, str, float | None]]
) -> list[OccluderCandidate]:
    assert compared.masks.inverse_depth is not None
    sure = person.missing if person.confidence == 1 else person.visible & False
    front = nearer_than(compared.masks.inverse_depth, person.visible, sure)
    candidates = []
    for area, reason, _ in areas:
        share = float((area & front).sum()) / float(area.sum())
        candidates.append(
            OccluderCandidate(
                area,
                reason,
                TUNING.depth_log_odds if share > TUNING.depth_mostly else -TUNING.depth_log_odds,
            )
        )
        front &= ~dilate(area, 2)
    touching = sure | dilate(person.visible, margin_px(front.shape[1], front.shape[0]) // 2 + 1)
    for piece in connected_components(
        opening(front, 1), max(16, int(TUNING.smallest * front.size))
    ):
        if (piece & touching).any():
            candidates.append(OccluderCandidate(piece, DEEP, TUNING.depth_log_odds))
    return candidates
