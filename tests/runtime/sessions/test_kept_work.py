"""What an attempt leaves to the next one: frames in order, of one recipe, within bounds."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.sample import YARD
from mimo_runtime.sessions.kept_work import KeptWork
from mimo_runtime.sessions.orders import DecomposeOrder
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.progress import Progress

RATE = Fraction(30000, 1001)


def frame(index: int) -> OutputFrame:
    rgb = np.random.default_rng(index).integers(0, 256, (12, 16, 3), np.uint8)
    return OutputFrame(index, float(index / RATE), rgb)


def opened(folder: Path, max_bytes: int = 1 << 20) -> tuple[KeptWork, list[int]]:
    gains: list[int] = []
    return KeptWork(folder, max_bytes, lambda: gains.append(1)), gains


def test_the_next_attempt_has_the_frames_of_the_one_before(tmp_path: Path) -> None:
    kept, gains = opened(tmp_path)
    assert kept.begin("recipe") == 0
    for index in range(3):
        kept.add(frame(index))
    assert gains == [1]  # told once
    again, gains = opened(tmp_path)
    assert again.begin("recipe") == 3
    found = list(again.frames(RATE))
    for index, each in enumerate(found):
        again.add(each)  # which are there already
        assert (each.index, each.timestamp_s) == (index, float(index / RATE))
        assert np.array_equal(each.rgb, frame(index).rgb)
    assert (len(found), gains) == (3, [])


def test_frames_of_another_recipe_go(tmp_path: Path) -> None:
    kept, _ = opened(tmp_path)
    kept.begin("recipe")
    kept.add(frame(0))
    again, _ = opened(tmp_path)
    assert again.begin("another") == 0
    assert list(again.frames(RATE)) == []


def test_frames_are_kept_in_a_row_and_within_bounds(tmp_path: Path) -> None:
    kept, _ = opened(tmp_path, max_bytes=1500)  # a frame takes some 700
    kept.begin("recipe")
    for index in (0, 2, 1, 2, 3):
        kept.add(frame(index))
    again, _ = opened(tmp_path, max_bytes=1500)
    assert again.begin("recipe") == 2
    again.add(frame(2))
    assert opened(tmp_path)[0].begin("recipe") == 2


def test_a_damaged_frame_is_told_of(tmp_path: Path) -> None:
    kept, _ = opened(tmp_path)
    kept.begin("recipe")
    kept.add(frame(0))
    (file,) = tmp_path.rglob("*.png")
    file.write_bytes(file.read_bytes()[:60])
    again, _ = opened(tmp_path)
    again.begin("recipe")
    with pytest.raises(MediaError, match="damaged"):
        list(again.frames(RATE))


def test_a_stage_that_is_finished_is_a_gain_and_is_not_done_again(tmp_path: Path) -> None:
    token, order = CancellationToken(), DecomposeOrder(
        YARD.with_name("driving.mp4"), tmp_path / "made", MediaLimits()
    )  # fmt: skip
    kept, gains = opened(tmp_path)
    seen: list[str] = []

    def stop_in_the_second(progress: Progress) -> None:
        seen.append(progress.stage)
        if progress.stage == "body":
            token.cancel()

    with pytest.raises(Exception, match="cancelled"):
        kept.prepare(order, token, stop_in_the_second)
    assert (seen[0], gains) == ("people", [1])
    again, gains = opened(tmp_path)
    later: list[str] = []
    again.prepare(order, CancellationToken(), lambda progress: later.append(progress.stage))
    assert "people" not in later
    assert (again.made.is_dir(), gains) == (True, [1])
