"""`mimo synthesize`: the client of a server."""

from pathlib import Path
from typing import Any

import click

from mimo_runtime.cli.counts import counted, say_truncated
from mimo_runtime.cli.draft import say_preflight_of_folder
from mimo_runtime.cli.driving import chosen_template
from mimo_runtime.cli.options import (
    FILE,
    examples,
    input_options,
    settings_from,
    settings_options,
)


@click.command(
    epilog=examples(
        "mimo synthesize --server localhost:50051 --character me.png --template dance -o out.mp4",
        "mimo synthesize --server gpu1:50051 --tls-root ca.pem --character me.png "
        "--template t -o frames/",
        "mimo synthesize --server gpu1:50051 --character me.png --driving dance.mp4 -o out.mp4",
    )
)
@click.option("--server", required=True, help="HOST:PORT of a server started by 'mimo serve'.")
@input_options
@settings_options
@click.option("--deadline", type=float, help="Seconds after which the server shall give up.")
@click.option("--tls-root", type=FILE, help="PEM file of the authority that signed the server.")
def synthesize(server: str, deadline: float | None, tls_root: Path | None, **options: Any) -> None:
    """Have a server make one video; frames arrive as they are finished."""
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.client.inputs import Inputs
    from mimo_runtime.client.session import synthesize as run
    from mimo_runtime.media.remux import remux

    settings = settings_from(options)
    output: Path = options.pop("output")
    with chosen_template(options, output) as template, ProgressBars() as bars:
        say_preflight_of_folder(options["character"], template)
        summary = run(
            server,
            Inputs(template=template, **options),
            settings,
            output,
            bars,
            deadline_s=deadline,
            tls_root=tls_root,
            finish_movie=remux,
        )
    click.echo(
        f"{output}: {counted(summary.frame_count, 'frame')} in {summary.total_s:.1f} s; "
        f"first frame after {summary.first_frame_s:.2f} s, "
        f"{summary.frames_per_s:.2f} frames per second."
    )
    say_truncated(summary.truncated_frames)
