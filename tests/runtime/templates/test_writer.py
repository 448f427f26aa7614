"""Template folders are written whole or not at all, and mean what was read."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.templates.config import read_config
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, open_template
from mimo_runtime.templates.writer import (
    check_target,
    copy_template,
    new_template,
    write_config,
)

GOLDEN = Path(__file__).parents[2] / "data" / "golden-compact" / "template"
LIMITS = MediaLimits()


def test_the_golden_template_comes_back_unchanged_in_meaning(tmp_path: Path) -> None:
    before = open_template(GOLDEN, LIMITS)
    copy_template(before, tmp_path / "copy")
    after = open_template(tmp_path / "copy", LIMITS)
    assert (after.config, after.rate_fps) == (before.config, before.rate_fps)
    assert (after.width_px, after.height_px) == (before.width_px, before.height_px)
    assert after.source_indices == before.source_indices
    assert set(after.streams) == set(before.streams) == {SOURCE, MOTION, SCENE, OCCLUSION}
    for name in before.streams:
        every = range(before.frame_count)
        pairs = zip(before.frames(name, every), after.frames(name, every), strict=True)
        for one, other in pairs:
            np.testing.assert_array_equal(one, other)
    assert {entry.name for entry in (tmp_path / "copy").iterdir()} == {
        entry.name for entry in GOLDEN.iterdir()
    }


@pytest.mark.parametrize(("rate", "count"), [(30, 7), (24, 1), (15, 33), (7, 100), (25, 25)])
def test_a_written_config_uses_every_frame(tmp_path: Path, rate: int, count: int) -> None:
    write_config(tmp_path, Fraction(rate), count)
    config = read_config(tmp_path)
    assert config.rate_fps == rate
    indices = config.resampled(count, Fraction(rate))
    assert indices[config.time_crop(len(indices), count)] == tuple(range(count))


def test_a_failure_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "template"
    with new_template(target) as folder:
        write_config(folder, Fraction(30), 3)
    with pytest.raises(KeyboardInterrupt):
        _interrupted(target)
    assert [entry.name for entry in tmp_path.iterdir()] == ["template"]
    assert [entry.name for entry in target.iterdir()] == ["config.json"]
    with new_template(target) as folder:
        (folder / "bk.mp4").touch()
    assert [entry.name for entry in target.iterdir()] == ["bk.mp4"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["template"]


def _interrupted(target: Path) -> None:
    with new_template(target) as folder:
        (folder / "vid.mp4").touch()
        raise KeyboardInterrupt


def test_other_files_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(InvalidRequestError, match=r"letter\.txt.*choose a new"):
        check_target(tmp_path)
    with pytest.raises(InvalidRequestError, match="cannot be written"):
        check_target(tmp_path / "letter.txt")
