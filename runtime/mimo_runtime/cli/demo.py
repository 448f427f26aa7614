"""`mimo demo`: everything that ships, once through: server, client, video, contact sheet."""

from pathlib import Path

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import FOLDER, examples

COLUMNS = 6
THUMBNAIL_PX = 168


@click.command(epilog=examples("mimo demo", "mimo demo --steps 25 -o /tmp/demo"))
@click.option("-o", "--output", type=FOLDER, default=Path("demo"), show_default=True)
@click.option("--steps", type=int, default=10, show_default=True, help="Solver steps.")
@click.option("--threads", type=int, default=0, help="Threads of the engines; 0: one per core.")
def demo(output: Path, steps: int, threads: int) -> None:
    """Serve the bundled model on a free port and make the bundled sample with it."""
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.client.inputs import Inputs
    from mimo_runtime.client.session import synthesize
    from mimo_runtime.sample import BUNDLE, CHARACTER, TEMPLATE
    from mimo_runtime.serving.local import LocalServer
    from mimo_runtime.serving.options import ServerOptions
    from mimo_runtime.serving.run import load
    from mimo_runtime.synthesis.settings import Settings

    output.mkdir(parents=True, exist_ok=True)
    video = output / "output.mp4"
    options = ServerOptions(threads=threads)
    synthesizer = load(BUNDLE, options, click.echo)
    with LocalServer(synthesizer, options) as server, ProgressBars() as bars:
        click.echo(f"Serving on {server.address}; the client sends the sample and waits.")
        inputs = Inputs(CHARACTER, TEMPLATE)
        summary = synthesize(server.address, inputs, Settings(steps=steps), video, bars)
    _write_sheet(video, output / "contact_sheet.png")
    click.echo(
        f"{counted(summary.frame_count, 'frame')} in {summary.total_s:.1f} s, the first after "
        f"{summary.first_frame_s:.2f} s, {summary.frames_per_s:.2f} frames per second.\n"
        f"Video:         {video}\n"
        f"Contact sheet: {output / 'contact_sheet.png'}\n"
        "The bundled model has random weights: what it paints is noise, in its place."
    )


def _write_sheet(video: Path, sheet: Path) -> None:
    """Input, layers and result of some moments, side by side."""
    from mimo_runtime.contact_sheet import Row, contact_sheet, evenly_spaced
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.media.picture import encode_png, read_picture
    from mimo_runtime.media.reader import frames_at, open_clip
    from mimo_runtime.sample import CHARACTER, TEMPLATE
    from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, open_template

    limits = MediaLimits()
    template = open_template(TEMPLATE, limits)
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
