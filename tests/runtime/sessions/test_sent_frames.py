"""What may be on display."""

import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.sessions.sent_frames import MAX_SENT, SentFrames


def test_frames_show_the_postures_that_were_told() -> None:
    sent = SentFrames()
    for pose_index in (3, 4, 9):
        sent.add(pose_index)
    assert [sent.pose_index(frame) for frame in range(3)] == [3, 4, 9]
    with pytest.raises(InvalidRequestError, match="0 to 2 were sent"):
        sent.pose_index(3)


def test_memory_is_bounded() -> None:
    sent = SentFrames()
    for pose_index in range(MAX_SENT + 2):
        sent.add(pose_index)
    assert sent.pose_index(2) == 2
    with pytest.raises(InvalidRequestError, match="2 to"):
        sent.pose_index(1)
