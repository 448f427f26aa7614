"""What of a decomposition may be wrong, said to people."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.joints import KEYPOINT
from mimo_runtime.decomposition.choice import Selection
from mimo_runtime.decomposition.clip import DrivingClip
from mimo_runtime.decomposition.people import PeopleRecord

_HALF = 0.5
_EDGE = 0.02  # of the frame
_ANKLES = [KEYPOINT["left_ankle"], KEYPOINT["right_ankle"]]
_HEAD = [KEYPOINT[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
_MISSED = 0.2
_DOUBTFUL = 0.6


def warnings_of(
    clip: DrivingClip, people: PeopleRecord, choice: Selection, facts: dict[str, Any]
) -> Iterator[str]:
    """One sentence for each. clip: the part that was decomposed. facts: of `facts_of`."""
    half = half_body_share(people, choice, clip.size_px)
    if half > _HALF:
        yield (
            f"Only half of the body is in the picture in {half:.0%} of the frames: posture and "
            "place of what is not seen are guessed."
        )
    if facts["found"] < 1 - _MISSED:
        yield (
            f"The person was made out in {facts['found']:.0%} of the frames only; in the others "
            "it stays in the scene, or its posture is that of the frames around."
        )
    confidence = facts["order"]["confidence"]
    if confidence is not None and confidence < _DOUBTFUL:
        yield (
            f"What is in front of the person is doubtful (confidence {confidence:.2f}); a depth "
            "network of your own would tell better."
        )


def half_body_share(people: PeopleRecord, choice: Selection, size_px: tuple[int, int]) -> float:
    """In which share of the frames with the person the frame's edge cuts legs or head off.

    That is where the box reaches the edge and neither ankle, or nothing of the head, is to be seen.
    """
    cut = [
        _reaches_edge(person.person.box, size_px)
        and not all(person.person.sure[part].any() for part in (_ANKLES, _HEAD))
        for frame in people.frames(choice.first, choice.last)
        if (person := frame.numbered(choice.person.number)) is not None
    ]
    return float(np.mean(cut))


def _reaches_edge(box: BBox, size_px: tuple[int, int]) -> bool:
    margin_x, margin_y = (_EDGE * side for side in size_px)
    return (
        box.left <= margin_x
        or box.top <= margin_y
        or box.right >= size_px[0] - margin_x
        or box.bottom >= size_px[1] - margin_y
    )
