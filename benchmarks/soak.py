"""Good clients of every kind for a long while: does a server keep anything of what it has done?

    python -m benchmarks.soak --minutes 60 -o benchmarks/results/soak.json

A server in a process of its own has a client each of jobs, HTTP, streams and live streams. Each
asks at a steady rate, looks at what it gets, and removes what it asked for. Once a second it is
counted what the server holds: memory, files and threads of the processes that stay (server, engine,
fork servers), how many processes there are, bytes in its folders. Right is that every request is
served, and that from a fifth of the time on nothing grows: a straight line through the samples
rises by less than the bound of its row in an hour, or by less than the samples scatter about it.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
import psutil

from benchmarks.soak_clients import CLIENTS, Where
from tests.runtime.runner.painting_bundle import paint_humans
from tests.runtime.serving.processes import environment, mimo

EVERY_S = 1.0
WARM_UP = 0.2  # share of the time that is not judged
MIB = 2**20
MOST_AN_HOUR: Mapping[str, float] = {  # by how much a figure may rise
    "resident_mib": 16.0, "open_files": 2.0, "threads": 2.0, "processes": 1.0, "stored_mib": 1.0,
}  # fmt: skip


@dataclass(slots=True)
class Samples:
    """What was counted, by time in seconds since the start."""

    at_s: list[float] = field(default_factory=list)
    rows: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in MOST_AN_HOUR}
    )

    def add(self, at_s: float, values: Mapping[str, float]) -> None:
        """Keep what was counted at one time."""
        self.at_s.append(at_s)
        for name, value in values.items():
            self.rows[name].append(value)


@dataclass(frozen=True, slots=True)
class Slope:
    """How a figure went: at the start and the end of what is judged, and how fast it rises."""

    first: float
    last: float
    per_hour: float
    scatter: float
    is_flat: bool


def slope(at_s: list[float], values: list[float], most_per_hour: float) -> Slope:
    """The straight line through what came after the warm-up, and whether it is flat.

    A line that rises by less than `scatter`, the standard deviation about it, says nothing.
    """
    begin = int(len(at_s) * WARM_UP)
    times_h, kept = np.array(at_s[begin:]) / 3600, np.array(values[begin:])
    per_hour, start = np.polyfit(times_h, kept, 1)
    scatter = float(np.std(kept - (start + per_hour * times_h)))
    risen = per_hour * (times_h[-1] - times_h[0])
    is_flat = bool(per_hour < most_per_hour or risen < scatter)
    return Slope(
        round(float(kept[0]), 2), round(float(kept[-1]), 2), round(float(per_hour), 2),
        round(scatter, 2), is_flat,
    )  # fmt: skip


def counted(family: Sequence[psutil.Process], folder: Path) -> dict[str, float]:
    """What a server holds: its processes that stay, `family`, itself the first, and `folder`."""
    resident = files = threads = 0
    for process in family:
        with suppress(psutil.NoSuchProcess), process.oneshot():
            resident += process.memory_info().rss
            files += process.num_fds()
            threads += process.num_threads()
    stored = 0
    for parent, _, names in os.walk(folder):  # what goes meanwhile is left out
        for name in names:
            with suppress(OSError):
                stored += os.stat(os.path.join(parent, name)).st_size  # noqa: PTH116, PTH118
    return {
        "resident_mib": resident / MIB, "open_files": files, "threads": threads,
        "processes": 1 + len(family[0].children(recursive=True)), "stored_mib": stored / MIB,
    }  # fmt: skip


@contextmanager
def served(
    folder: Path, *options: object, state: bool = True
) -> Iterator[tuple[psutil.Process, Where]]:
    """A server of a small bundle that paints people, for the time of the block.

    Without `state` it keeps neither jobs nor assets, and has no door of HTTP.
    """
    bundle = folder / "bundle"
    paint_humans(bundle)
    kept = ("--state", folder / "state", "--http-listen", "127.0.0.1:0") if state else ()
    folders = ("--listen", "127.0.0.1:0", "--spool-dir", folder / "spool", *kept)
    command = mimo("serve", "--bundle", bundle, "--threads", 1, *folders, *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None
            said: dict[str, str] = {}
            while "Serving" not in said:
                word, _, rest = process.stdout.readline().partition(" on ")
                if not word:
                    raise SystemExit("The server ended while it started; run it by hand.")
                said[word] = rest.strip().rstrip(".")
            yield psutil.Process(process.pid), Where(said["Serving"], said.get("HTTP", ""))
        finally:
            process.terminate()


def asked(
    name: str, ask: Callable[[Where], None], where: Where, every_s: float, over: threading.Event,
    outcomes: Counter[str],
) -> None:  # fmt: skip
    """Be a client: ask at a steady rate until it is over."""
    due_s = time.monotonic()
    while not over.wait(max(0.0, due_s - time.monotonic())):
        due_s += every_s
        try:
            ask(where)
            outcomes[f"{name}: served"] += 1
        except Exception as error:  # whatever it is, it is counted
            outcomes[f"{name}: {type(error).__name__}: {error}"[:200]] += 1


def measure(seconds: float, every_s: float, folder: Path) -> dict[str, object]:
    """Have a server used for so long; what came of it."""
    samples, over, outcomes = Samples(), threading.Event(), Counter[str]()
    with served(folder) as (server, where):
        for ask in CLIENTS.values():
            ask(where)  # all is loaded
        family = [server, *server.children(recursive=True)]
        clients = [
            threading.Thread(target=asked, args=(name, ask, where, every_s, over, outcomes))
            for name, ask in CLIENTS.items()
        ]
        for client in clients:
            client.start()
        began_s = time.monotonic()
        try:
            while (passed_s := time.monotonic() - began_s) < seconds:
                samples.add(passed_s, counted(family, folder))
                time.sleep(EVERY_S)
        finally:
            over.set()
            for client in clients:
                client.join()
    slopes = {
        name: slope(samples.at_s, values, MOST_AN_HOUR[name])
        for name, values in samples.rows.items()
    }
    return {
        "minutes": round(seconds / 60, 1), "requests": dict(outcomes),
        "slopes": {name: {key: getattr(each, key) for key in each.__slots__}
                   for name, each in slopes.items()},
        "all_served": all(": served" in outcome for outcome in outcomes),
        "all_flat": all(each.is_flat for each in slopes.values()),
    }  # fmt: skip


@click.command(help=__doc__)
@click.option("--minutes", type=click.FloatRange(0.1), default=60, show_default=True)
@click.option("--every-s", type=click.FloatRange(0.1), default=5, show_default=True,
              help="From one request of a client to its next.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), help="JSON of what was found.")
def main(minutes: float, every_s: float, output: Path | None) -> None:
    """Soak a server."""
    with TemporaryDirectory(prefix="mimo-soak-") as folder:
        report = measure(minutes * 60, every_s, Path(folder))
    text = json.dumps(report, indent=1)
    print(text)
    if output is not None:
        output.write_text(text + "\n")
    sys.exit(not (report["all_served"] and report["all_flat"]))


if __name__ == "__main__":
    main()
