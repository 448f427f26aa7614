"""`mimo demo`: what ships, once through: character, template, video, contact sheet."""

from pathlib import Path

import click

from mimo_runtime.bundle import Bundle
from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import FOLDER, examples


@click.command(epilog=examples("mimo demo", "mimo demo --steps 4 -o /tmp/demo"))
@click.option("-o", "--output", type=FOLDER, default=Path("demo"), show_default=True)
@click.option("--steps", type=int, help="Solver steps; those of the bundle without it.")
@click.option("--threads", type=int, default=0, help="Threads of the engines; 0: one per core.")
def demo(output: Path, steps: int | None, threads: int) -> None:
    """Make the bundled sample: a server with the bundled model, and a client."""
    from mimo_runtime.cli.demo_pictures import write_animation, write_sheet
    from mimo_runtime.sample import BUNDLE

    output.mkdir(parents=True, exist_ok=True)
    video, sheet, moving = (output / n for n in ("output.mp4", "contact_sheet.png", "demo.webp"))
    _serve_sample(Bundle.open(BUNDLE), video, steps, threads)
    write_sheet(video, sheet)
    write_animation(video, moving)
    click.echo(f"Video:         {video}\nContact sheet: {sheet}\nSide by side:  {moving}")


def _serve_sample(bundle: Bundle, video: Path, steps: int | None, threads: int) -> None:
    """Serve the bundled model on a free port and have a client make the sample with it."""
    from contextlib import closing

    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.client.inputs import Inputs
    from mimo_runtime.client.session import synthesize
    from mimo_runtime.media.remux import remux
    from mimo_runtime.sample import CHARACTER, YARD
    from mimo_runtime.serving.local import LocalServer
    from mimo_runtime.serving.options import ServerOptions
    from mimo_runtime.serving.run import start_engines
    from mimo_runtime.wire.settings import Settings

    options = ServerOptions(threads=threads)
    with (
        closing(start_engines(bundle, options, click.echo)) as runner,
        LocalServer(runner, options) as server,
        ProgressBars() as bars,
    ):
        click.echo(f"Serving on {server.address}; the client sends the sample and waits.")
        inputs = Inputs(CHARACTER, YARD)
        settings = Settings(steps=steps)
        summary = synthesize(server.address, inputs, settings, video, bars, finish_movie=remux)
    click.echo(
        f"{counted(summary.frame_count, 'frame')} in {summary.total_s:.1f} s, the first after "
        f"{summary.first_frame_s:.2f} s, {summary.frames_per_s:.2f} frames per second."
    )
