"""What may be wrong with a decomposition."""

import numpy as np
import pytest

from mimo_runtime.analysis.joints import KEYPOINT
from mimo_runtime.analysis.tracks import Track
from mimo_runtime.decomposition.choice import CameraShot, Selection
from mimo_runtime.decomposition.people import PeopleRecord
from mimo_runtime.decomposition.warnings import half_body_share

FRAMES, SIZE_PX = 4, (100, 200)
HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


def share(box: tuple[float, float, float, float], hidden: tuple[str, ...]) -> float:
    """Of somebody in `box`, of whose keypoints `hidden` are not seen in the first two frames."""
    keypoints = np.ones((FRAMES, 17, 3), np.float32)
    keypoints[:2, [KEYPOINT[name] for name in hidden], 2] = 0
    record = PeopleRecord(
        rate_fps=10.0,
        cuts=np.zeros(FRAMES, np.bool_),
        starts=np.arange(FRAMES + 1),
        numbers=np.full(FRAMES, 7),
        recovered=np.zeros(FRAMES, np.bool_),
        scores=np.ones(FRAMES, np.float32),
        boxes=np.tile(np.array(box, np.float32), (FRAMES, 1)),
        keypoints=keypoints,
        presences=np.ones(FRAMES, np.float32),
    )
    track = Track(7, 0, FRAMES - 1, FRAMES, 0.2, 0.5, 1.0)
    shot = CameraShot(1, 0, FRAMES - 1)
    return half_body_share(
        record, Selection(track, shot, 0, FRAMES - 1, (shot,), (track,)), SIZE_PX
    )


@pytest.mark.parametrize("hidden", [HEAD, ("left_ankle", "right_ankle")])
def test_a_body_that_the_edge_cuts_is_half(hidden: tuple[str, ...]) -> None:
    edge, inside = (20, 0, 60, 200), (20, 30, 60, 170)
    assert share(edge, hidden) == 0.5
    assert share(edge, hidden[1:]) == 0
    assert share(inside, hidden) == 0
