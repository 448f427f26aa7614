"""`mimo farm`: jobs for the schedulers that studios run."""

from pathlib import Path
from typing import Any

import click

from mimo_runtime.cli.json_output import put_json
from mimo_runtime.cli.node import node, node_end, node_start
from mimo_runtime.cli.options import FILE, examples
from mimo_runtime.cli.submit import submit

_shot = click.argument("shot", metavar="SHOT.yaml", type=FILE)
_target = click.option("-o", "--output", type=FILE, help="File for the job; else it is printed.")


@click.group()
def farm() -> None:
    """Jobs for the schedulers of render farms (docs/farm.md)."""


for _command in (node, node_start, node_end, submit):
    farm.add_command(_command)


@farm.command(
    epilog=examples(
        "mimo farm openjd shot.yaml -o shot.openjd.json",
        "openjd run shot.openjd.json",
    )
)
@_shot
@_target
def openjd(shot: Path, output: Path | None) -> None:
    """Write the job of a shot for Open Job Description.

    A driving video is decomposed and a picture prepared, where SHOT.yaml says so; then a step
    renders the segments, a chunk of frames each, and one joins them. The file should lie beside
    SHOT.yaml or above; else the scheduler has to be told the job's parameter Shot.
    """
    from mimo_runtime.farm.openjd import job_template
    from mimo_runtime.farm.shot_job import read_job

    file, steps = read_job(shot)
    put_json(job_template(file, (output or shot).parent, steps), output)


@farm.command(
    epilog=examples(
        "mimo farm kubernetes shot.yaml --image registry/mimo --claim shots --mount /shots",
        "kubectl apply -f shot.job.json",
    )
)
@_shot
@click.option("--image", required=True, help="Container image in which 'mimo' can be run.")
@click.option("--claim", required=True, help="Persistent volume claim that holds shot and inputs.")
@click.option(
    "--mount",
    required=True,
    type=click.Path(path_type=Path),
    help="Where pods see it; this machine has it at the same place.",
)
@click.option("--queue", help="Queue of Kueue in which the job waits for room.")
@click.option("--parallelism", type=click.IntRange(1), help="Pods at a time; all without it.")
@_target
def kubernetes(shot: Path, output: Path | None, mount: Path, **cluster: Any) -> None:
    """Write the job of a shot for Kubernetes: a pod for each segment.

    Pods may be preempted: what is finished is kept and what was not is begun anew. A driving video
    is decomposed, and a picture prepared, now and here; 'mimo stitch' joins the segments when the
    job is complete.
    """
    from mimo_runtime.cli.main import run
    from mimo_runtime.farm.kubernetes import KubernetesCluster, job_manifest
    from mimo_runtime.farm.shot_job import read_job

    file, (*before, render, _stitch) = read_job(shot)
    where = KubernetesCluster(mount=mount.resolve(), **cluster)
    manifest = job_manifest(file, render, where)
    for step in before:
        if code := run([step.command, str(shot)]):
            click.get_current_context().exit(code)
    put_json(manifest, output)
