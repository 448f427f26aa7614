"""`mimo demo`: what ships, once through: character, template, video, contact sheet."""

from pathlib import Path

import click

from mimo_runtime.bundle import Bundle
from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import FOLDER, examples

COLUMNS = 6
THUMBNAIL_PX = 168


@click.command(epilog=examples("mimo demo", "mimo demo --steps 4 -o /tmp/demo"))
@click.option("-o", "--output", type=FOLDER, default=Path("demo"), show_default=True)
@click.option("--steps", type=int, help="Solver steps; those of the bundle without it.")
@click.option("--threads", type=int, default=0, help="Threads of the engines; 0: one per core.")
def demo(output: Path, steps: int | None, threads: int) -> None:
    """Make the bundled sample: served, where the bundled model paints people, else drawn."""
    from mimo_runtime.cli.draft import draw_draft
    from mimo_runtime.sample import BUNDLE, CHARACTER, YARD

    output.mkdir(parents=True, exist_ok=True)
    video = output / "output.mp4"
    bundle = Bundle.open(BUNDLE)
    if bundle.manifest.paints_human:
        _serve_sample(bundle, video, steps, threads)
    else:
        draw_draft(CHARACTER, None, YARD, video)
        click.echo(
            "The bundled model has random weights, so the character is drawn without it: its "
            "texture on the posed body."
        )
    _write_sheet(video, output / "contact_sheet.png")
    click.echo(f"Video:         {video}\nContact sheet: {output / 'contact_sheet.png'}")


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


def _write_sheet(video: Path, sheet: Path) -> None:
    """Input, layers and result of some moments, side by side."""
    from mimo_runtime.contact_sheet import Row, contact_sheet, evenly_spaced
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.media.picture import encode_png, read_picture
    from mimo_runtime.media.reader import frames_at, open_clip
    from mimo_runtime.sample import CHARACTER, YARD
    from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, open_template

    limits = MediaLimits()
    template = open_template(YARD, limits)
    moments = evenly_spaced(template.frame_count, COLUMNS)
    labels = {
        SOURCE: "driving video",
        MOTION: "human (motion)",
        SCENE: "scene",
        OCCLUSION: "occlusion",
    }
    rows = [
        Row(label, [frame.copy() for frame in template.frames(stream, moments)])
        for stream, label in labels.items()
    ]
    with open_clip(video, limits) as reader:
        rows.append(Row("result", [frame.copy() for frame in frames_at(reader, moments)]))
    picture = contact_sheet(
        rows,
        THUMBNAIL_PX,
        title="MIMO Runtime: one character, one driving video",
        character=read_picture(CHARACTER.read_bytes(), CHARACTER.name, limits),
        frame_numbers=moments,
    )
    sheet.write_bytes(encode_png(picture))
