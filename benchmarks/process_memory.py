"""Memory and CPU time of a command and of all processes that it starts."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY_S = 0.01  # a group norm holds its squares, the peak of a decoder, for a third of a second
_LOOK_EVERY_S = 0.2  # for new children and for words


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took: its end, seconds, and the most memory at once.

    `anonymous_bytes` cannot be taken back from it; `resident_bytes` counts mapped files as well,
    which the system drops when others need memory. `before_bytes` of the former were held when
    the words of `since` were said, 0 without such.
    """

    exit_code: int
    wall_s: float
    cpu_s: float
    anonymous_bytes: int
    resident_bytes: int
    before_bytes: int = 0


def run_sampled(
    command: Sequence[str], log: Path, until: str | None = None, since: str | None = None
) -> Taken:
    """Run a command, its words in the file `log`, to its end or till it has said `until`."""
    began_s, before_s = time.monotonic(), _children_cpu_s()
    anonymous = resident = before = 0
    with log.open("wb") as words:
        process = subprocess.Popen(
            command, stdout=words, stderr=subprocess.STDOUT, preexec_fn=_hear_interrupts
        )
        for held_anonymous, held_resident, looked in _samples(process):
            anonymous, resident = max(anonymous, held_anonymous), max(resident, held_resident)
            if not looked or (until is None and since is None):
                continue
            said = log.read_text("utf-8", "replace")
            if since is not None and since in said:
                before, since = held_anonymous, None
            if until is not None and until in said:
                process.send_signal(signal.SIGINT)
                until = None
    return Taken(
        process.returncode,
        time.monotonic() - began_s,
        _children_cpu_s() - before_s,
        anonymous,
        resident,
        before,
    )


def _hear_interrupts() -> None:
    """What a shell starts in the background ignores them, and so would what is started here."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _samples(process: subprocess.Popen[bytes]) -> Iterator[tuple[int, int, bool]]:
    """Anonymous and resident bytes of all its processes, until it ends, and whether it was time
    to look for more of them.
    """
    looked_s, family = -_LOOK_EVERY_S, [process.pid]
    while process.poll() is None:
        looked = time.monotonic() - looked_s >= _LOOK_EVERY_S
        if looked:
            family, looked_s = _family(process.pid), time.monotonic()
        sizes = [_sizes(each) for each in family]
        yield sum(size[0] for size in sizes), sum(size[1] for size in sizes), looked
        time.sleep(_EVERY_S)


def _family(pid: int) -> list[int]:
    try:
        process = psutil.Process(pid)
        return [pid, *(child.pid for child in process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def _sizes(pid: int) -> tuple[int, int]:
    """Anonymous and resident bytes of a process, 0 once it has ended."""
    try:
        words = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    resident, shared = int(words[1]) * page, int(words[2]) * page
    return resident - shared, resident


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
