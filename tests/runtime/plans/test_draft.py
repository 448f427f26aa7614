from pathlib import Path

import pytest

from mimo_runtime.errors import BusyError
from mimo_runtime.plans.draft import draft_folder, plans_locked, publish
from mimo_runtime.plans.folder import PLANS, find_plans
from tests.runtime.plans.plans import write_plan


def _visible(bundle: Path) -> list[str]:
    return [path.name for path in (bundle / PLANS).iterdir() if path.name != ".lock"]


def test_an_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with plans_locked(tmp_path), draft_folder(tmp_path) as draft:
            (draft / "time_embedding.plan").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert _visible(tmp_path) == []


def test_what_a_killed_build_left_goes_with_the_next(tmp_path: Path) -> None:
    left = tmp_path / PLANS / ".draft-killed"
    left.mkdir(parents=True)
    (left / "time_embedding.plan").write_bytes(b"half")
    with plans_locked(tmp_path):
        assert _visible(tmp_path) == []


def test_a_second_build_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with (
        plans_locked(tmp_path),
        pytest.raises(BusyError, match="Another process builds"),
        plans_locked(tmp_path),
    ):
        pass
    with plans_locked(tmp_path):
        pass  # free again


def test_a_draft_is_seen_only_when_it_is_published(tmp_path: Path) -> None:
    manifest = write_plan(tmp_path / "other").manifest
    with plans_locked(tmp_path), draft_folder(tmp_path) as draft:
        (draft / "time_embedding.plan").write_bytes(b"engine of time_embedding")
        assert find_plans(tmp_path).plans == ()
        published = publish(draft, manifest)
    assert [plan.path for plan in find_plans(tmp_path).plans] == [published.path]
    assert published.path.name == manifest.key.folder_name


def test_a_plan_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    first = write_plan(tmp_path)
    (first.path / "stray").touch()
    second = write_plan(tmp_path, names=("time_embedding", "condition"))
    assert second.path == first.path
    assert not (second.path / "stray").exists()
    assert _visible(tmp_path) == [second.path.name]
    find_plans(tmp_path).plans[0].verify()
