"""`mimo render`: one video in this process."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.counts import counted, say_truncated
from mimo_runtime.cli.draft import draw_draft, say_preflight
from mimo_runtime.cli.driving import chosen_template
from mimo_runtime.cli.options import (
    FOLDER,
    engine_options,
    examples,
    input_options,
    settings_from,
    settings_options,
    shape_options,
)
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.bundle import Manifest
    from mimo_runtime.characters.figure import Figure
    from mimo_runtime.runner.synthesizer import Synthesizer
    from mimo_runtime.synthesis.request import SynthesisRequest


@click.command(
    epilog=examples(
        "mimo render --bundle bundles/mimo --character me.png --template dance -o out.mp4",
        "mimo render --bundle b --character me.jpg --matte m.png --template t -o frames/",
        "mimo render --bundle b --character me.png --driving dance.mp4 -o out.mp4",
        "mimo render --bundle b --character me.png --motion walk --scene park.jpg -o out.mp4",
        "mimo render --draft --character me.jpg --driving dance.mp4 -o draft.mp4",
    )
)
@click.option("--bundle", type=FOLDER, help="Bundle made by 'mimo export'; --draft needs none.")
@click.option(
    "--draft",
    is_flag=True,
    help="Draw the character's texture on the posed body, "
    "without a network: in seconds, to see size, place and scene before a render.",
)
@shape_options
@input_options
@settings_options
@engine_options
def render(*, draft: bool, **options: Any) -> None:
    """Render one video in this process."""
    settings = settings_from(options)
    if not draft and options["bundle"] is None:
        raise InvalidRequestError(
            "Give --bundle, a folder made by 'mimo export', or --draft to draw without networks."
        )
    with chosen_template(options, options["output"]) as template:
        if draft:
            draw_draft(options["character"], options["matte"], template, options["output"])
        else:
            _render(options | {"template": template}, settings)


def _render(options: dict[str, Any], settings: Settings) -> None:
    from contextlib import closing

    from mimo_runtime.bundle.opening import open_at_terminal
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.media.sink import open_sink
    from mimo_runtime.runner.synthesizer import Synthesizer
    from mimo_runtime.synthesis.cancellation import CancellationToken

    started_s = time.monotonic()
    bundle = open_at_terminal(options["bundle"], options["shape"], options["verify"])
    synthesizer = Synthesizer.of(bundle, options["threads"], options["engine"], once=True)
    manifest = synthesizer.bundle.manifest
    request = _request(options, settings, manifest)
    say_truncated(request.template.cropped_count - request.template.frame_count)
    say_preflight(
        lambda: _figure(synthesizer, request, needed=manifest.paints_human),
        request.template,
        manifest.width_px,
    )
    with ProgressBars() as bars:
        job = synthesizer.start(request, CancellationToken(), bars)
        form = job.output
        with (
            open_sink(options["output"], form.width_px, form.height_px, form.rate_fps) as sink,
            closing(job.frames()) as frames,
        ):
            for frame in frames:
                sink.write(frame.index, frame.rgb)
    seconds = time.monotonic() - started_s
    click.echo(
        f"{options['output']}: {counted(form.frame_count, 'frame')} of "
        f"{form.width_px}x{form.height_px} px in {seconds:.1f} s."
    )


def _figure(
    synthesizer: "Synthesizer", request: "SynthesisRequest", needed: bool
) -> "Figure | None":
    """The figure of the character; None where there is none and the networks need none."""
    try:
        return synthesizer.figure(request)
    except MediaError as error:
        if needed:
            raise
        click.echo(f"What the result will be like cannot be told before: {error}", err=True)
        return None


def _request(
    options: dict[str, Any], settings: Settings, manifest: "Manifest"
) -> "SynthesisRequest":
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.synthesis.feather import mask_files
    from mimo_runtime.synthesis.inputs import InputFiles, request_from

    masks: Path | None = options["feather_masks"]
    files = InputFiles(
        options["character"],
        options["template"],
        options["matte"],
        {} if masks is None else mask_files(masks),
    )
    return request_from(files, settings, MediaLimits(), manifest)
