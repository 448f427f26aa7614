"""Limits of control groups, as the kernel writes them."""

from pathlib import Path

import pytest

from mimo_runtime.engines.cgroup import cgroup_free_bytes


def group(folder: Path, names: tuple[str, str, str], limit: str, used: int, cached: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {cached}\n")


V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
V2 = ("memory.max", "memory.current", "inactive_file")


@pytest.mark.parametrize(("names", "top"), [(V1, "memory"), (V2, "")])
def test_the_tightest_group_counts(tmp_path: Path, names: tuple[str, str, str], top: str) -> None:
    own = tmp_path / "own"
    own.write_text("4:memory:/a/b\n" if top else "0::/a/b\n")
    root = tmp_path / "cgroup"
    assert cgroup_free_bytes(root, own) is None
    group(root / top / "a", names, "max", 900, 0)
    assert cgroup_free_bytes(root, own) is None
    group(root / top / "a", names, "1000", 900, 300)
    group(root / top / "a/b", names, "5000", 900, 0)
    assert cgroup_free_bytes(root, own) == 400
    group(root / top / "a/b", names, "1000", 1200, 0)
    assert cgroup_free_bytes(root, own) == 0


def test_a_container_sees_its_limit_at_the_root(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/\n")
    group(tmp_path, V2, "1000", 400, 0)
    assert cgroup_free_bytes(tmp_path, tmp_path / "own") == 600


def test_a_system_without_control_groups(tmp_path: Path) -> None:
    assert cgroup_free_bytes(tmp_path, tmp_path / "nothing") is None
