"""Nodes of a Ray cluster killed at random moments: is anything lost, half, or not the same?

    python -m benchmarks.ray_kills --kills 20        by a Python that has this program and ray

A cluster of a head and two nodes of one CPU runs on this machine. `mimo farm submit --to ray` makes
a shot on it: a driving video is decomposed, 12 segments are rendered and joined; meanwhile nodes
get SIGKILL with all their workers, and others are added in their place. A shot that is done is
checked and begun anew until all kills are made; the last one goes on undisturbed. Every result must
have the frames of one process to the bit, with nothing temporary left.
"""

import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import click

from mimo_runtime.farm.shot_folder import open_shot
from mimo_runtime.farm.stitch import check_shot
from mimo_runtime.sample import CHARACTER

COMMAND = "from mimo_runtime.cli import main; main()"
SMALL_BUNDLE = Path(__file__).parents[1] / "tests" / "data" / "small-bundle"
DRIVING = CHARACTER.with_name("driving.mp4")
SEED = 15
NODES = 2
HEALTH = {"health_check_period_ms": 1000, "health_check_failure_threshold": 5}


@dataclass(slots=True)
class Kills:
    """How many nodes were killed, how many tasks lost their worker, how many shots were done."""

    kills: int = 0
    lost_tasks: int = 0
    shots: int = 0


class DamageError(AssertionError):
    """Something is lost, half, or not what one process makes."""


def measure(kills: int, folder: Path, cluster: Any) -> Kills:
    """Kill `kills` nodes of a `ray.cluster_utils.Cluster`. Raises DamageError."""
    shot, chance, found = _shot(folder), random.Random(SEED), Kills()
    _run("render", shot, "-o", folder / "whole.mp4").wait()
    expected = _shown(folder / "whole.mp4")
    shutil.rmtree(folder / "out")
    nodes = [cluster.add_node(num_cpus=1) for _ in range(NODES)]
    while True:
        submit = _run("farm", "submit", shot, "--to", "ray", "--devices", NODES,
                      "--address", cluster.address, out=folder / "told")  # fmt: skip
        while found.kills < kills and _waited(submit, chance.uniform(2, 20)):
            victim = nodes.pop(chance.randrange(len(nodes)))
            cluster.remove_node(victim, allow_graceful=False)
            nodes.append(cluster.add_node(num_cpus=1))
            found.kills += 1
            click.echo(f"{found.kills} of {kills} nodes killed.", err=True)
        if submit.wait():
            raise DamageError(f"The shot was given up: {(folder / 'told').read_text()}")
        found.shots += 1
        found.lost_tasks += (folder / "told").read_text().count("the worker was lost")
        _check(folder, expected)
        if found.kills == kills:
            return found
        shutil.rmtree(folder / "out")


def _shown(movie: Path) -> list[str]:
    """A hash of each frame; the files are signed, each anew."""
    with av.open(str(movie)) as container:
        return [
            hashlib.sha256(frame.to_ndarray(format="rgb24").tobytes()).hexdigest()
            for frame in container.decode(video=0)
        ]


def _check(folder: Path, expected: list[str]) -> None:
    work = folder / "out" / "shot"
    check_shot(open_shot(work))
    if _shown(folder / "out" / "shot.mp4") != expected:
        raise DamageError("The result is not that of one process.")
    if left := [path.name for place in (work, work.parent) for path in place.glob(".*")]:
        raise DamageError(f"{', '.join(left)} is left over.")


def _waited(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether a process still runs after that time."""
    give_up_at_s = time.monotonic() + seconds
    while time.monotonic() < give_up_at_s and process.poll() is None:
        time.sleep(0.05)
    return process.poll() is None


def _run(*arguments: object, out: Path | None = None) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", COMMAND, "-q", *map(str, arguments)]
    with (out or Path("/dev/null")).open("wb") as told:
        return subprocess.Popen(command, stdout=told, stderr=told)


def _shot(folder: Path) -> Path:
    path = folder / "shot.yaml"
    path.write_text(
        f"shot: 1\nbundle: {SMALL_BUNDLE}\ncharacter: {CHARACTER}\ndriving: {DRIVING}\n"
        "threads: 1\nsegment_frames: 2\nframe_range: 1-24\noutput: out/shot\n"
        "settings: {steps: 1, guidance: 1, mode: corrected}\n"
    )
    return path


@click.command()
@click.option("--kills", type=click.IntRange(1), default=20, show_default=True)
def main(kills: int) -> None:
    """Kill nodes of a local cluster."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(True, head_node_args={"num_cpus": 0, "_system_config": HEALTH})
    try:
        with TemporaryDirectory(prefix="mimo-ray-kills-") as folder:
            click.echo(json.dumps(asdict(measure(kills, Path(folder), cluster)), indent=1))
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
