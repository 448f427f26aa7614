"""Limits of memory that containers and services set, read from Linux's control groups."""

from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
# Files of version 2, and of version 1: the limit, what is used, and the name of cached files in it.
_V2 = ("memory.max", "memory.current", ("inactive_file", "active_file"))
_V1 = (
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    ("total_inactive_file", "total_active_file"),
)


def cgroup_free_bytes(root: Path = _ROOT, own: Path = _OWN) -> int | None:
    """What this process may still take below the limits of its groups; None without a limit.

    Cached files count as free: the system gives them up first.
    """
    rooms = [_room(folder, names) for folder, names in _folders(root, own)]
    return min((room for room in rooms if room is not None), default=None)


def _folders(root: Path, own: Path) -> list[tuple[Path, tuple[str, str, tuple[str, ...]]]]:
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found: list[tuple[Path, tuple[str, str, tuple[str, ...]]]] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        top, names = (root / "memory", _V1) if controllers else (root, _V2)
        group = Path(path.lstrip("/"))
        found += [(top / part, names) for part in (group, *group.parents)]
    return found


def _room(folder: Path, names: tuple[str, str, tuple[str, ...]]) -> int | None:
    limit_file, used_file, cached = names
    try:
        limit_bytes = int((folder / limit_file).read_text())
        used_bytes = int((folder / used_file).read_text())
        stat = dict(
            line.split(maxsplit=1) for line in (folder / "memory.stat").read_text().splitlines()
        )
    except (OSError, ValueError):  # the word max is no number: there is no limit
        return None
    return max(limit_bytes - used_bytes + sum(int(stat.get(name, 0)) for name in cached), 0)
