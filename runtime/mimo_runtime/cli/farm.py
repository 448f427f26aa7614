"""`mimo farm`: jobs for the schedulers that studios run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.json_output import put_json
from mimo_runtime.cli.node import node, node_end, node_start
from mimo_runtime.cli.options import FILE, examples
from mimo_runtime.cli.submit import submit

if TYPE_CHECKING:
    from mimo_runtime.farm.shot_file import ShotFile


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

    A step renders the segments, a chunk of frames each, and one joins them. A driving video is
    decomposed now, since only then the number of frames is known. The file should lie beside
    SHOT.yaml or above; else the scheduler has to be told the job's parameter Shot.
    """
    from mimo_runtime.farm.openjd import job_template
    from mimo_runtime.farm.shot_file import read_shot

    file = read_shot(shot)
    put_json(job_template(file, (output or shot).parent, frames_of(file)), output)


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

    Pods may be preempted: what is finished is kept and what was not is begun anew. 'mimo stitch'
    joins the segments when the job is complete.
    """
    from mimo_runtime.farm.kubernetes import KubernetesCluster, job_manifest
    from mimo_runtime.farm.shot_file import read_shot

    file = read_shot(shot)
    segments = -(-len(frames_of(file)) // file.segment_frames)
    where = KubernetesCluster(mount=mount.resolve(), **cluster)
    put_json(job_manifest(file.output.name, shot.resolve(), segments, where), output)


def frames_of(shot: "ShotFile") -> range:
    """The frames of a shot, as indices in its clip; settings are resolved, since the official mode
    takes some alone.
    """
    from mimo_runtime.bundle import shape_from
    from mimo_runtime.bundle.opening import open_at_terminal
    from mimo_runtime.cli.driving import TEMPLATE_OPTIONS, chosen_template
    from mimo_runtime.farm.frame_numbers import shot_range
    from mimo_runtime.farm.shot_schema import SETTINGS
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.synthesis.resolved import resolved_settings
    from mimo_runtime.templates.folder import open_template
    from mimo_runtime.wire.settings import Settings

    asked: dict[str, Any] = dict.fromkeys(TEMPLATE_OPTIONS) | {"tiles": 1} | dict(shot.options)
    settings = Settings(**{name: asked[name] for name in SETTINGS if name in asked})
    bundle = open_at_terminal(asked["bundle"], shape_from(asked.get("shape")))
    rules = resolved_settings(settings, bundle.manifest).rules
    with chosen_template(asked, shot.output) as template:
        count = open_template(template, MediaLimits(), max_frames=rules.max_frames).frame_count
    return shot_range(shot.options.get("frame_range"), shot.first_frame, count)
