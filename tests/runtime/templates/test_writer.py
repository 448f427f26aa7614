"""Template folders are written whole or not at all, and mean what was read."""

from fractions import Fraction
from pathlib import Path

import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.templates.config import read_config
from mimo_runtime.templates.writer import (
    check_target,
    new_template,
    write_config,
)

GOLDEN = Path(__file__).parents[2] / "data" / "golden-compact" / "template"
LIMITS = MediaLimits()


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
