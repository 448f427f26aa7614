"""What may be in front of the human in one frame, and the odds for it."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from mimo_runtime.analysis.depth_order import DepthCues, nearer_log_odds
from mimo_runtime.layers.areas import grown, opened, pieces, reach_of
from mimo_runtime.layers.depth_front import nearer_than
from mimo_runtime.layers.frames import Flags, inside
from mimo_runtime.layers.moving import moving_pieces
from mimo_runtime.layers.removal import margin_px
from mimo_runtime.layers.sighting import Look

PERSON: Final = "a person"
MOVING: Final = "something that moves"
STANDING: Final = "something that stands there"
DEEP: Final = "something that is nearer in depth"

_SMALLEST = 1.5e-3  # of the frame
_TOUCH = 0.02  # of the frame's longer side
_BITE = 60.0  # log-odds for all of the human being hidden by it
_MOST_BITE = 4.0
_LEAST_BITE = 0.01  # of the human
_HULL = 0.3  # how much the hull of a mask says, against an expected silhouette
_WHOLE = -1.0  # log-odds of touching a human of whom nothing is missing
_FAR = 0.3  # how much is believed of what does not touch
_DEEP = 3.0
_MOSTLY = 0.5
_SHADE = 0.8  # of a piece: then it is somebody's shadow


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An `area`, bool [height, width], of which `log_odds` say whether it is in front.

    `touching`: whether it touches what the human is, or would be with nothing in front.
    """

    area: Flags
    reason: str
    log_odds: float
    touching: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Human:
    seen: Flags
    whole: Flags
    trust: float
    bottom: int

    @property
    def missing(self) -> Flags:
        return self.whole & ~self.seen


def candidates_of(look: Look) -> list[Candidate]:
    """Everything that moves or is somebody else, and with depth whatever is nearer.

    Things that stand there are not found here, but by `StandingFront`.
    """
    human = _human(look)
    if not human.seen.any() and not human.whole.any():
        return []
    areas = [(_seen(inside(one.mask), human), PERSON, one.nearer) for one in look.sighting.others]
    areas += [(area, MOVING, None) for area in _moving(look, human)]
    areas = [one for one in areas if one[0].any()]
    if look.sighting.nearness is not None:
        return _by_depth(look, human, areas)
    return [_judged(area, why, human, odds) for area, why, odds in areas]


def _human(look: Look) -> _Human:
    seen = inside(look.sighting.human)
    expected = look.sighting.expected
    whole = _hull(seen) if expected is None else inside(expected) | seen
    body = seen if expected is None else whole
    rows = np.flatnonzero(body.any(axis=1))
    return _Human(
        seen, whole, _HULL if expected is None else 1.0, int(rows[-1]) if len(rows) else 0
    )


def _hull(area: Flags) -> Flags:
    points = cv2.findNonZero(area.astype(np.uint8))
    filled = np.zeros(area.shape, np.uint8)
    if points is not None:
        cv2.fillConvexPoly(filled, cv2.convexHull(points), 1)
    return filled.astype(np.bool_)


def _seen(area: Flags, human: _Human) -> Flags:
    return area & ~human.seen


def _moving(look: Look, human: _Human) -> list[Flags]:
    """Pieces of what is not the plate, the human, its shadow or somebody else."""
    height, width = human.seen.shape
    margin = margin_px(width, height)
    foreign = look.sighting.foreign()
    known = grown(human.seen, margin) | grown(foreign, margin) | look.shadow
    unsure = look.unseen & ~known
    cores = opened(look.different & ~look.unseen & ~known, max(1, margin // 2))
    area = moving_pieces(cores, (look.different & ~known) | unsure)
    found = []
    for piece in pieces(area, max(16, int(_SMALLEST * human.seen.size))):
        if (piece & look.shade).sum() > _SHADE * piece.sum():
            continue
        free = (look.different | look.unseen) & ~human.seen & ~foreign & ~look.shadow
        found.append(piece | (grown(piece, margin + 1) & free))
    return found


def _judged(area: Flags, reason: str, human: _Human, known: float | None) -> Candidate:
    odds = _foot_odds(area, human) if known is None else known
    height, width = area.shape
    around = grown(area, reach_of(width, height, _TOUCH, 2))
    if not (around & human.whole).any():
        return Candidate(area, reason, _FAR * odds, touching=False)
    size = max(1, int(human.whole.sum()))
    bite = float((around & human.missing).sum()) / size
    said = min(_MOST_BITE, _BITE * bite) if bite > _LEAST_BITE else _WHOLE
    return Candidate(area, reason, odds + human.trust * said)


def _foot_odds(area: Flags, human: _Human) -> float:
    """What is lower in the picture is nearer; nothing is known of a human cut off below."""
    height = area.shape[0]
    if human.bottom >= height - 2:
        return 0.0
    lowest = int(np.flatnonzero(area.any(axis=1))[-1])
    one = DepthCues(foot_line=lowest / height)
    return nearer_log_odds(one, DepthCues(foot_line=human.bottom / height))


def _by_depth(
    look: Look, human: _Human, areas: list[tuple[Flags, str, float | None]]
) -> list[Candidate]:
    assert look.sighting.nearness is not None
    sure = human.missing if human.trust == 1 else human.seen & False
    front = nearer_than(look.sighting.nearness, human.seen, sure)
    found = []
    for area, reason, _ in areas:
        share = float((area & front).sum()) / float(area.sum())
        found.append(Candidate(area, reason, _DEEP if share > _MOSTLY else -_DEEP))
        front &= ~grown(area, 2)
    touching = sure | grown(human.seen, margin_px(front.shape[1], front.shape[0]) // 2 + 1)
    for piece in pieces(opened(front, 1), max(16, int(_SMALLEST * front.size))):
        if (piece & touching).any():
            found.append(Candidate(piece, DEEP, _DEEP))
    return found
