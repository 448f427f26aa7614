"""`mimo decompose`: a driving video becomes a template."""

from pathlib import Path
from typing import Any

import click

from mimo_runtime.cli.options import FILE, FOLDER, decompose_options, examples


@click.command(
    epilog=examples(
        "mimo decompose dance.mp4 -o dance --preview",
        "mimo decompose street.mp4 -o street --person 2 --size 512 --models mine.json",
    )
)
@click.argument("video", type=FILE)
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
def decompose(video: Path, output: Path, size: int, preview: bool, **options: Any) -> None:
    """Decompose VIDEO into a template: human, scene, occlusion and motion.

    The rate is that of the video, at most 30 frames a second. An interrupted decomposition goes
    on where it ended when it is started again.
    """
    from mimo_runtime.cli.driving import decompose_with_bars
    from mimo_runtime.decomposition.decompose import DecomposeOptions
    from mimo_runtime.decomposition.preview import write_preview

    decompose_with_bars(video, output, DecomposeOptions(short_side_px=size, **options))
    if preview:
        picture, film = write_preview(output)
        click.echo(f"Preview: {picture} and {film}")
