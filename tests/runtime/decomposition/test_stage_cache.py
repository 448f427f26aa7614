"""Stages are done once: what makes them be done again."""

from pathlib import Path

import pytest

from mimo_runtime.decomposition.stage_cache import StageCache, key_of, open_stage_cache
from mimo_runtime.errors import BusyError


def _stage(work: StageCache, key: str = "k", text: str = "found") -> bool:
    """Whether the stage was done now."""
    done = []

    def action(folder: Path) -> None:
        done.append(folder)
        (folder / "result").write_text(text)

    assert (work.stage("people", key, 10, action) / "result").read_text()
    return bool(done)


def test_a_stage_is_done_once_even_by_another_run(tmp_path: Path) -> None:
    work = StageCache(tmp_path / "work")
    assert _stage(work)
    again = StageCache(tmp_path / "work")
    assert not _stage(again)
    assert [(one.name, one.frames, one.resumed) for one in again.records] == [("people", 10, True)]
    assert again.records[0].seconds == work.records[0].seconds


def test_another_key_means_another_result(tmp_path: Path) -> None:
    work = StageCache(tmp_path / "work")
    _stage(work)
    assert _stage(work, key="other")


@pytest.mark.parametrize("damage", ["change", "remove", "add", "note", "no note"])
def test_a_broken_stage_is_done_again(tmp_path: Path, damage: str) -> None:
    work = StageCache(tmp_path / "work")
    _stage(work)
    folder = work.path / "people"
    if damage == "change":
        (folder / "result").write_text("fount")
    elif damage == "remove":
        (folder / "result").unlink()
    elif damage == "add":
        (folder / "more").touch()
    elif damage == "note":
        (folder / "done.json").write_text("{")
    else:
        (folder / "done.json").unlink()
    assert _stage(work)
    assert sorted(entry.name for entry in folder.iterdir()) == ["done.json", "result"]
    assert not _stage(work)


def test_what_an_interrupted_stage_left_is_not_taken_for_a_result(tmp_path: Path) -> None:
    work = StageCache(tmp_path / "work")

    def interrupted(folder: Path) -> None:
        (folder / "result").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.stage("people", "k", 10, interrupted)
    assert _stage(work)


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with (
        open_stage_cache(tmp_path / "work"),
        pytest.raises(BusyError, match="Another process"),
        open_stage_cache(tmp_path / "work"),
    ):
        pass
    with open_stage_cache(tmp_path / "work") as work:
        work.remove()
    assert not (tmp_path / "work").exists()


def test_keys_tell_everything_apart() -> None:
    assert key_of("a", 1) == key_of("a", 1)
    assert len({key_of("a", 1), key_of("a", 2), key_of("a", "1"), key_of(["a", 1], None)}) == 4


def test_a_folder_without_a_finished_stage_goes(tmp_path: Path) -> None:
    """Such as one in which networks could not be opened."""
    with pytest.raises(ValueError, match="no network"), open_stage_cache(tmp_path / "work") as work:
        work.stage("people", "k", 10, _fails)
    assert not (tmp_path / "work").exists()
    with open_stage_cache(tmp_path / "work") as work:
        _stage(work)
    with pytest.raises(ValueError, match="no network"), open_stage_cache(tmp_path / "work") as work:
        work.stage("body", "k", 10, _fails)
    assert not _stage(StageCache(tmp_path / "work"))


def _fails(folder: Path) -> None:
    (folder / "half").touch()
    raise ValueError("no network")
