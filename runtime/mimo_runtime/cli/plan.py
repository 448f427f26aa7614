"""`mimo plan`: what rendering a shot will do, as JSON, before any of it is done."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.bundle_options import bundle_option, shape_options
from mimo_runtime.cli.json_output import put_json
from mimo_runtime.cli.like import asked_for
from mimo_runtime.cli.options import (
    FILE,
    character_options,
    engine_options,
    examples,
    settings_from,
    settings_options,
    sound_option,
    template_options,
)
from mimo_runtime.cli.ready import ready_template
from mimo_runtime.cli.segments import chosen_segments, frame_options
from mimo_runtime.cli.shot import shot_argument
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.cli.opened import Opened
    from mimo_runtime.farm.shot_file import ShotFile


@click.command(
    epilog=examples(
        "mimo plan shot.yaml",
        "mimo plan shot.yaml --frames 1-600x48 -o plan.json",
        "mimo plan --bundle b --character me --template t --frames 1-96x24",
        "mimo plan --schema > shot.schema.json",
    )
)
@shot_argument
@bundle_option
@shape_options
@character_options
@template_options
@settings_options
@engine_options
@frame_options
@sound_option
@click.option("-o", "--output", "target", type=FILE, help="File for the JSON; else it is printed.")
@click.option("--schema", is_flag=True, is_eager=True, expose_value=False,
              callback=lambda context, _option, asked: _print_schema(context) if asked else None,
              help="Print the JSON schema of shot files and do nothing else.")  # fmt: skip
def plan(*, shot_file: "ShotFile | None", target: Path | None, **options: Any) -> None:
    """Print what rendering a shot will do.

    Contexts (frames cropped alike), windows (frames denoised together), and of each segment the
    frames that it reads, its passes, its memory and whether it equals the unsegmented render to
    the bit; figures and warnings that a render would end with. A driving video is decomposed for
    it, as for a render.
    """
    settings = settings_from(options)
    options["asked"] = asked_for(options)
    beside = options["driving"] or Path("shot")
    with ready_template(options, shot_file, beside) as template:
        content = _planned(options | {"template": template}, settings, shot_file)
    put_json(content, target)


def _planned(
    options: dict[str, Any], settings: Settings, shot: "ShotFile | None"
) -> dict[str, Any]:
    from dataclasses import replace

    from mimo_runtime.cli.opened import open_request
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.farm.shot_plan import shot_plan
    from mimo_runtime.planning.segments import Part
    from mimo_runtime.synthesis.cancellation import CancellationToken

    opened = open_request(options, settings)
    first, overlap = options["first_frame"], options["overlap"]
    options["segment_frames"] = shot.segment_frames if shot else None
    _, segments = chosen_segments(options, opened.request.template.frame_count)
    request = replace(opened.request, part=Part(segments[0], overlap))
    with ProgressBars() as bars:
        stream = opened.synthesizer.open(request, CancellationToken(), bars)
    try:
        content = shot_plan(stream, segments, first, overlap)
    finally:
        stream.close()
    recipe = opened.recipe(overlap)
    made_of = {"settings": dict(recipe.settings), "recipe_sha256": recipe.digest}
    return content | made_of | _foretold(opened)


def _foretold(opened: "Opened") -> dict[str, Any]:
    """What the character will be like, and sentences about what may spoil it."""
    figures = opened.preflight()
    _, *warnings = figures.lines() if figures else [""]
    return {"preflight": asdict(figures) if figures else None, "warnings": warnings}


def _print_schema(context: click.Context) -> None:
    from mimo_runtime.farm.shot_schema import shot_schema

    put_json(shot_schema())
    context.exit()
