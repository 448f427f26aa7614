"""`mimo stitch`: the segments of a shot as one result."""

from pathlib import Path

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.openjd_lines import OpenJdProgress, openjd_option, telling_failure
from mimo_runtime.cli.options import (
    ANY_PATH,
    examples,
    is_typed,
    output_option,
    picture_format_option,
)
from mimo_runtime.frame_folder import FrameFormat


@click.command(
    epilog=examples(
        "mimo stitch shot -o shot.mp4",
        "mimo stitch shot -o frames",
        "mimo stitch shot -o frames --picture-format exr",
        "mimo stitch shot.yaml",
    ),
)
@click.argument("shot", type=ANY_PATH)
@output_option(required=False)
@picture_format_option
@openjd_option
def stitch(shot: Path, output: Path | None, picture_format: FrameFormat, openjd: bool) -> None:
    """Join the segments that 'mimo render --frames' has written into the folder SHOT.

    Every frame is compared with the hash that its worker noted. The result is what a render of the
    whole shot is; without -o it is SHOT.mp4. For a shot file SHOT.yaml, both are what it names.
    """
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.farm.shot_folder import open_shot
    from mimo_runtime.farm.stitch import stitch as join
    from mimo_runtime.wire.progress import Progress, Stage

    progress = OpenJdProgress(stages=(Stage.FRAMES,)) if openjd else ProgressBars()
    with telling_failure(openjd), progress:
        folder, result, form = _of(shot)
        target = output or result
        count = join(
            open_shot(folder),
            target,
            lambda done, total: progress(Progress(Stage.FRAMES, done, total)),
            picture_format if is_typed("picture_format") else form,
        )
    click.echo(f"{target}: {counted(count, 'frame')}.")


def _of(shot: Path) -> tuple[Path, Path, FrameFormat]:
    """The folder of a shot, and what is stitched unless options say otherwise."""
    if shot.is_dir() or not shot.exists():
        folder = shot.resolve()
        return folder, folder.with_name(f"{folder.name}.mp4"), FrameFormat.PNG
    from mimo_runtime.farm.shot_file import read_shot

    file = read_shot(shot)
    form = FrameFormat(file.options.get("picture_format", FrameFormat.PNG))
    return file.output, file.result, form
