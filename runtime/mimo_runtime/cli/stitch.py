"""`mimo stitch`: the segments of a shot as one result."""

from pathlib import Path
from typing import Any

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.delivery import delivery_from, delivery_options
from mimo_runtime.cli.openjd_lines import OpenJdProgress, openjd_option, telling_failure
from mimo_runtime.cli.options import ANY_PATH, examples, movie_output_option
from mimo_runtime.cli.provenance import open_marking, provenance_from, provenance_options
from mimo_runtime.cli.shot import take_defaults
from mimo_runtime.cli.sigterm import preempted_on_sigterm


@click.command(
    epilog=examples(
        "mimo stitch shot -o shot.mp4",
        "mimo stitch shot -o frames",
        "mimo stitch shot -o frames --picture-format exr --layers",
        "mimo stitch shot -o person.mov --alpha straight",
        "mimo stitch shot.yaml",
    ),
)
@click.argument(
    "shot", type=ANY_PATH, is_eager=True, callback=lambda context, _option, path: _of(context, path)
)
@movie_output_option(required=False)
@delivery_options
@provenance_options
@openjd_option
def stitch(shot: tuple[Path, Path], output: Path | None, openjd: bool, **options: Any) -> None:
    """Join the segments that 'mimo render --frames' has written into the folder SHOT.

    Every frame is compared with the hash that its worker noted. The result is what a render of the
    whole shot is; without -o it is SHOT.mp4. For a shot file SHOT.yaml, both are what it names.
    """
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.farm.shot_folder import open_shot
    from mimo_runtime.farm.stitch import stitch as join
    from mimo_runtime.wire.progress import Progress, Stage

    marking = open_marking(provenance_from(options))
    progress = OpenJdProgress(stages={Stage.FRAMES: 1.0}) if openjd else ProgressBars()
    with telling_failure(openjd), preempted_on_sigterm(), progress:
        path, result = shot
        folder, target = open_shot(path), output or result
        count = join(
            folder,
            target,
            lambda done, total: progress(Progress(Stage.FRAMES, done, total)),
            delivery_from(options, folder.shot.first_frame),
            marking,
        )
    click.echo(f"{target}: {counted(count, 'frame')}.")


def _of(context: click.Context, shot: Path) -> tuple[Path, Path]:
    """The folder of a shot, and what is stitched unless options say otherwise."""
    if shot.is_dir() or not shot.exists():
        folder = shot.resolve()
        return folder, folder.with_name(f"{folder.name}.mp4")
    file = take_defaults(context, shot)
    return file.output, file.result
