"""Mangled inputs of every kind at every door: does anything crash, hang, or take the blame wrongly?

    python -m benchmarks.fuzz --inputs 100000 -o benchmarks/results/fuzz.json

Good inputs are changed byte by byte with fixed seeds: protobuf messages of every method of ours,
HTTP requests, bundles, shot files, pictures and videos. Right is a result, or an error of ours that
is the client's; wrong are INTERNAL and UNKNOWN, any other exception, an answer that takes longer
than the patience of the client, a process that ended, and a log with an incident in it. A good
client must be served at the end of it all as at the start.
"""

import json
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psutil

from benchmarks.abuse import served
from benchmarks.fuzz_doors import Door, doors, mangled
from mimo_runtime.bundle import Bundle
from mimo_runtime.runner.process import ProcessRunner
from mimo_runtime.sample import BUNDLE
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions

SEED = 20261130
SHARES: Mapping[str, float] = {  # of all inputs; what needs a process of its own comes seldom
    "protobuf": 0.5, "http": 0.05, "bundle": 0.2, "yaml": 0.225, "picture": 0.015, "media": 0.01,
}  # fmt: skip
WRONG = ("INTERNAL", "UNKNOWN", "TIMEOUT", "CRASH")


class Incidents(logging.Handler):
    """Counts what the server logs as not expected."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line."""
        self.lines.append(record.getMessage())


@contextmanager
def listening() -> Iterator[Incidents]:
    """Count incidents for the time of the block."""
    incidents = Incidents()
    logging.getLogger().addHandler(incidents)
    try:
        yield incidents
    finally:
        logging.getLogger().removeHandler(incidents)


def fuzzed(door: Door, count: int, chance: random.Random) -> dict[str, object]:
    """What `count` mangled inputs came to at one door; the first of each wrong kind is kept."""
    outcomes: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    slowest_s, began_s = 0.0, time.monotonic()
    for _ in range(count):
        data = mangled(chance.choice(door.seeds), chance)
        started_s = time.monotonic()
        outcome = door.put(data)
        slowest_s = max(slowest_s, time.monotonic() - started_s)
        word = outcome.partition(":")[0]
        outcomes[word] += 1
        if word in WRONG:
            wrong.setdefault(outcome[:200], data[:4000].hex())
    return {
        "inputs": count, "outcomes": dict(outcomes.most_common()), "wrong": wrong,
        "slowest_s": round(slowest_s, 2), "seconds": round(time.monotonic() - began_s, 1),
    }  # fmt: skip


def resident_mib() -> float:
    """What this process and those below it hold."""
    process = psutil.Process()
    family = [process, *process.children(recursive=True)]
    return float(sum(each.memory_info().rss for each in family) / 2**20)


@click.command(help=__doc__)
@click.option("--inputs", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--door", "named", type=click.Choice(list(SHARES)), multiple=True,
              help="Of the doors only these; may be given again.")  # fmt: skip
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="JSON of what was found.")
def main(inputs: int, named: tuple[str, ...], seed: int, output: Path | None) -> None:
    """Put mangled inputs through every door."""
    found: dict[str, dict[str, object]] = {}
    with (
        listening() as incidents,
        TemporaryDirectory() as folder,
        closing(ProcessRunner(Bundle.open(BUNDLE), threads=1)) as runner,
    ):
        options = ServerOptions(state=Path(folder, "state"), http_listen="127.0.0.1:0")
        with LocalServer(runner, options) as server:
            first = served(server.address).data
            before_mib = resident_mib()
            for door in doors(server.address, server.http_address, Path(folder)):
                if named and door.name not in named:
                    continue
                count = max(1, round(inputs * SHARES[door.name]))
                found[door.name] = fuzzed(door, count, random.Random(f"{seed} {door.name}"))
                print(f"{door.name}: {found[door.name]}")
            after_mib = resident_mib()
            same = served(server.address).data == first
    report = {
        "seed": seed, "inputs": sum(int(str(each["inputs"])) for each in found.values()),
        "good_client_right_afterwards": same, "incidents": incidents.lines,
        "resident_mib": [round(before_mib), round(after_mib)], "doors": found,
    }  # fmt: skip
    if output is not None:
        output.write_text(json.dumps(report, indent=1) + "\n")
    wrong = any(each["wrong"] for each in found.values())
    sys.exit(bool(wrong or incidents.lines or not same))


if __name__ == "__main__":
    main()
