"""`mimo stitch`: the segments of a shot as one result."""

from pathlib import Path

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import FOLDER, examples, output_option


@click.command(
    epilog=examples("mimo stitch shot -o shot.mp4", "mimo stitch shot -o frames"),
)
@click.argument("shot", type=FOLDER)
@output_option(required=False)
def stitch(shot: Path, output: Path | None) -> None:
    """Join the segments that 'mimo render --frames' has written into the folder SHOT.

    Every frame is compared with the hash that its worker noted. The result is what a render of the
    whole shot is; without -o it is SHOT.mp4.
    """
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.farm.shot_folder import open_shot
    from mimo_runtime.farm.stitch import stitch as join
    from mimo_runtime.wire.progress import Progress, Stage

    folder = open_shot(shot)
    shot = shot.resolve()
    target = output or shot.with_name(f"{shot.name}.mp4")
    with ProgressBars() as bars:
        count = join(folder, target, lambda done, total: bars(Progress(Stage.FRAMES, done, total)))
    click.echo(f"{target}: {counted(count, 'frame')}.")
