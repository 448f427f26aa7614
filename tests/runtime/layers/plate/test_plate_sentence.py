"""What a plate says of itself."""

import pytest

from mimo_runtime.layers.camera.motion import PlateSegment
from mimo_runtime.layers.plate.plate import PlateFacts


@pytest.mark.parametrize(
    ("uncovered", "last", "said"),
    [
        (1.0, 9, "Everything behind the person in frames 0 to 9 was seen"),
        (0.9996, 0, "hides in frame 0, almost everything was seen at another time; the rest"),
        (0.42, 9, "hides in frames 0 to 9, 42% was seen at another time; the rest was invented"),
    ],
)
def test_what_was_seen_is_not_rounded_up_to_all(uncovered: float, last: int, said: str) -> None:
    segment = PlateSegment(0, last, "the clip begins", True, 1.0, 0.1, 1.0)
    assert said in PlateFacts(segment, 64, 48, uncovered, uncovered, "patch-match").sentence
