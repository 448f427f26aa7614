"""`mimo farm submit`: a shot is handed to a scheduler, by that scheduler's own library."""

import importlib.util
import os
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.cli.json_output import put_json
from mimo_runtime.cli.options import FILE, examples
from mimo_runtime.errors import InvalidRequestError, UnsupportedError

if TYPE_CHECKING:
    from mimo_runtime.farm.shot_file import ShotFile
    from mimo_runtime.farm.steps import JobStep


class FarmScheduler(StrEnum):
    """Who runs the segments of a shot."""

    OPENJD = "openjd"
    OPENCUE = "opencue"
    RAY = "ray"


@click.command(
    epilog=examples(
        "mimo farm submit shot.yaml --to openjd",
        "mimo farm submit shot.yaml --to opencue",
        "mimo farm submit shot.yaml --to ray --devices 2",
        "mimo farm submit shot.yaml --to ray --address auto",
    )
)
@click.argument("shot", metavar="SHOT.yaml", type=FILE)
@click.option(
    "--to",
    required=True,
    type=click.Choice([each.value for each in FarmScheduler]),
    help="openjd: a session of Open Job Description on this machine; opencue: the "
    "farm that pycue is set up for; ray: a Ray cluster, or this machine's devices.",
)
@click.option(
    "--devices",
    type=click.IntRange(1),
    metavar="N",
    help="With ray: how many segments at a time, a device each. Default: all GPUs, or "
    "one for each node.",
)
@click.option("--address", metavar="ADDRESS",
              help="With ray: of the cluster; 'auto' for the one of this node. Without it Ray is "
              "started on this machine, for this shot.")  # fmt: skip
def submit(shot: Path, to: str, devices: int | None, address: str | None) -> None:
    """Have a shot rendered and joined by a scheduler.

    With openjd and ray the command ends when the result is there; what is finished is kept, and
    the same command goes on. A driving video and a picture that is to be prepared are steps of
    the job.
    """
    from mimo_runtime.farm.shot_job import read_job

    engine = FarmScheduler(to)
    if engine is not FarmScheduler.RAY and (devices is not None or address is not None):
        raise InvalidRequestError(f"--devices and --address are of ray; leave them out of {to}.")
    file, steps = read_job(shot)
    if engine is FarmScheduler.OPENJD:
        _to_openjd(file, steps)
    elif engine is FarmScheduler.OPENCUE:
        _to_opencue(file, steps)
    else:
        _to_ray(file, steps, devices, address)


def _to_openjd(shot: "ShotFile", steps: "tuple[JobStep, ...]") -> None:
    from mimo_runtime.farm.openjd import job_template

    beside = Path(sys.executable).with_name("openjd")
    program = str(beside) if beside.is_file() else shutil.which("openjd")
    if program is None:
        raise UnsupportedError(
            "The command of Open Job Description is missing; install it with 'pip install "
            "openjd-cli', or give what 'mimo farm openjd' writes to your scheduler."
        )
    job = shot.path.with_suffix(".openjd.json")
    put_json(job_template(shot, job.parent, steps), job)
    command = [program, "run", str(job), "--step", steps[-1].name, "--run-dependencies"]
    ended = subprocess.run([*command, "-p", f"Mimo={_this_command()}"], check=False)
    if ended.returncode:
        raise UnsupportedError(
            f"The session ended with {ended.returncode}; see above what failed, and give the same "
            "command again: what is finished is kept."
        )


def _to_opencue(shot: "ShotFile", steps: "tuple[JobStep, ...]") -> None:
    from mimo_runtime.farm.opencue import launch, outline_job

    job = outline_job(shot, steps, _this_command())
    click.echo(launch(job, os.environ.get("MIMO_OPENCUE_PYTHON") or sys.executable))


def _to_ray(
    shot: "ShotFile", steps: "tuple[JobStep, ...]", devices: int | None, address: str | None
) -> None:
    if importlib.util.find_spec("ray") is None:
        raise UnsupportedError("Ray is missing; install it with 'pip install ray'.")
    from mimo_runtime.cli.node import warm_task
    from mimo_runtime.farm.ray_workers import RayCluster, do_on_ray
    from mimo_runtime.farm.steps import RENDER, tasks_of

    threads = _threads(shot, devices)
    do_on_ray(
        tasks_of(shot, steps),
        lambda task: ["-q", *task.arguments, *(threads if task.step == RENDER else [])],
        warm_task,
        RayCluster(address, devices, shot.variables),
        click.echo,
    )


def _threads(shot: "ShotFile", devices: int | None) -> list[str]:
    """Where CPUs are shared, each device takes its part of them."""
    if "threads" in shot.options or devices is None:
        return []
    return ["--threads", str(max(1, (os.cpu_count() or 1) // devices))]


def _this_command() -> str:
    """The command as nodes that see this machine's files start it."""
    beside = Path(sys.executable).with_name("mimo")
    return str(beside) if beside.is_file() else "mimo"
