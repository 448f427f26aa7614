"""`mimo decompose`: a driving video becomes a template."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.driving import DECOMPOSE, decompose_telling
from mimo_runtime.cli.openjd_lines import openjd_option, telling_failure
from mimo_runtime.cli.options import FOLDER, decompose_options, examples
from mimo_runtime.cli.shot import source_argument
from mimo_runtime.cli.sigterm import preempted_on_sigterm
from mimo_runtime.errors import InvalidRequestError

if TYPE_CHECKING:
    from mimo_runtime.farm.shot_file import ShotFile


def _of_shot(shot: "ShotFile") -> tuple[Path, Mapping[str, Any]]:
    """The driving video of a shot, and how it is to be decomposed."""
    if "driving" not in shot.options:
        raise InvalidRequestError(
            f"'{shot.path}' names no driving video, so that there is nothing to decompose; give "
            "one, or go on to the render."
        )
    names = (*DECOMPOSE, "threads")
    chosen = {name: shot.options[name] for name in names if name in shot.options}
    return shot.options["driving"], {"output": shot.decomposed, **chosen}


@click.command(
    epilog=examples(
        "mimo decompose dance.mp4 -o dance --preview",
        "mimo decompose street.mp4 -o street --person 2 --size 512 --models mine.json",
        "mimo decompose shot.yaml",
    )
)
@source_argument("VIDEO", _of_shot)
@click.option("-o", "--output", required=True, type=FOLDER, help="Template folder to write.")
@decompose_options
@click.option(
    "--size",
    type=click.IntRange(64, 2160),
    default=720,
    show_default=True,
    help="Short side of the template, px; a larger video is reduced to it, none is enlarged.",
)
@click.option(
    "--threads",
    type=click.IntRange(0),
    default=0,
    help="Threads of each network of --models; 0: one per core.",
)
@click.option(
    "--preview",
    is_flag=True,
    help="Also write preview.png and preview.mp4: the layers side by side.",
)
@openjd_option
def decompose(
    source: Path, output: Path, size: int, preview: bool, openjd: bool, **options: Any
) -> None:
    """Decompose VIDEO into a template: human, scene, occlusion and motion.

    The rate is that of the video, at most 30 frames a second. An interrupted decomposition goes
    on where it ended when it is started again. For a shot file SHOT.yaml it is the driving video
    that that names, into the folder that its renders take.
    """
    from mimo_runtime.decomposition.decompose import DecomposeOptions
    from mimo_runtime.decomposition.preview import write_preview

    asked = DecomposeOptions(short_side_px=size, **options)
    with telling_failure(openjd), preempted_on_sigterm():
        decompose_telling(source, output, asked, openjd)
    if preview:
        picture, film = write_preview(output)
        click.echo(f"Preview: {picture} and {film}")
