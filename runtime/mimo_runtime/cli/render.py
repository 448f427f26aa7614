"""`mimo render`: one video in this process."""

import time
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.bundle_options import bundle_option, shape_options
from mimo_runtime.cli.counts import counted, say_truncated
from mimo_runtime.cli.delivery import delivery_from, delivery_options, with_layers
from mimo_runtime.cli.draft import draw_draft
from mimo_runtime.cli.like import asked_for, check_like, like_option
from mimo_runtime.cli.node import TYPED, Warm, forwarded, present_node
from mimo_runtime.cli.openjd_lines import openjd_option, telling_failure
from mimo_runtime.cli.options import (
    engine_options,
    examples,
    is_typed,
    render_options,
    settings_from,
    settings_options,
)
from mimo_runtime.cli.provenance import (
    inputs_of,
    open_marking,
    provenance_from,
    provenance_options,
)
from mimo_runtime.cli.ready import ready_template
from mimo_runtime.cli.segments import frame_options, render_segments
from mimo_runtime.cli.shot import segment_folder, shot_argument
from mimo_runtime.cli.sigterm import preempted_on_sigterm
from mimo_runtime.delivery.delivery import Delivery
from mimo_runtime.delivery.feasibility import check_delivery
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.farm.shot_file import ShotFile
    from mimo_runtime.synthesis.cancellation import CancellationToken


@click.command(
    epilog=examples(
        "mimo render --character me.jpg --driving dance.mp4 -o out.mp4",
        "mimo render --bundle bundles/mimo --character me.png --template dance -o out.mp4",
        "mimo render --bundle b --character me.jpg --matte m.png --template t -o frames/",
        "mimo render --bundle b --character me.png --motion walk --scene park.jpg -o out.mp4",
        "mimo render --draft --character me.jpg --driving dance.mp4 -o draft.mp4",
        "mimo render --bundle b --character me.png --template t --frames 13-24 -o shot",
        "mimo render shot.yaml --frames 13-24",
        "mimo render shot.yaml -o frames --picture-format exr --layers",
        "mimo render shot.yaml -o person.mov --alpha straight --timecode 01:00:00:00",
        "mimo render --like out.mp4 -o again.mp4",
    )
)
@shot_argument
@bundle_option
@click.option(
    "--draft",
    is_flag=True,
    help="Draw the character's texture on the posed body, "
    "without a network: in seconds, to see size, place and scene before a render.",
)
@shape_options
@render_options
@delivery_options
@settings_options
@engine_options
@click.option(
    "--devices",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="GPUs of this machine, or processes on its CPUs, that share the windows of the clip; the "
    "frames are the same.",
)
@frame_options
@provenance_options
@like_option
@openjd_option
def render(*, draft: bool, shot_file: "ShotFile | None", **options: Any) -> None:
    """Render one video, or segments of a shot, in this process.

    What stands in a shot file (docs/farm.md) need not be given; options go before it.
    """
    from mimo_runtime.farm.shot_job import check_result

    settings = settings_from(options)
    options["asked"] = asked_for(options)
    options["provenance"] = provenance_from(options)
    delivery = delivery_from(options, options["first_frame"])
    output = options["output"]
    if options["frames"] is not None or options["segment"] is not None:
        _check_part(draft)
        options["segment_frames"] = shot_file.segment_frames if shot_file else None
        if shot_file:
            check_result(shot_file.result, delivery)
        result = shot_file.result if shot_file else output
        options["layers"] = with_layers(delivery, result, settings)
        options["timecode"] = delivery.timecode
        folder = segment_folder(shot_file, output)
        _render_part(options | {"output": folder, "shot_file": shot_file}, settings)
        return
    check_delivery(output, delivery)
    if draft and delivery.needs_layers:
        raise InvalidRequestError(
            "A draft has no layers; leave --layers, --alpha and --plate out, or render."
        )
    with (
        preempted_on_sigterm() as token,
        ready_template(options, shot_file, output) as template,
    ):
        if draft:
            given = options["character"], options["matte"], template, output
            marking = open_marking(options["provenance"])
            draw_draft(*given, delivery, marking, options["frame_range"], options["sound"])
        else:
            _render_whole(options | {"template": template}, settings, delivery, token)


def _check_part(draft: bool) -> None:
    """Refuse what segments have no place for."""
    if draft:
        raise InvalidRequestError("A draft is of the whole clip; leave --frames and --segment out.")
    if is_typed("picture_format"):
        raise InvalidRequestError(
            "Segments of a shot are kept as PNG; give --picture-format to 'mimo stitch', or to a "
            "render without --frames and --segment."
        )


def _render_whole(
    options: dict[str, Any], settings: Settings, delivery: Delivery, token: "CancellationToken"
) -> None:
    from dataclasses import replace

    from mimo_runtime.cli.opened import open_request
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.delivery.finisher import DeliveredClip
    from mimo_runtime.farm.frame_numbers import shot_range
    from mimo_runtime.farm.result import ResultExtras, write_result
    from mimo_runtime.planning.segments import Part
    from mimo_runtime.provenance.recipe import note_of
    from mimo_runtime.templates.sound import template_sound

    started_s = time.monotonic()
    opened = open_request(options, settings)
    recipe = opened.recipe()
    check_like(options["like"], recipe)
    marking = open_marking(options["provenance"])
    opened.say_preflight()
    template, output = opened.request.template, options["output"]
    chosen = shot_range(options["frame_range"], delivery.first_frame, template.frame_count)
    part = None if len(chosen) == template.frame_count else Part(chosen)
    request = replace(opened.request, part=part, layers=with_layers(delivery, output, settings))
    with ProgressBars() as bars:
        job = opened.synthesizer.start(request, token, bars)
        form = job.output
        say_truncated(form.truncated_frames)
        clip = DeliveredClip((form.width_px, form.height_px), form.rate_fps, chosen)
        sound = template_sound(template, chosen, options["sound"])
        provenance = marking.of_result(recipe, inputs_of(options), clip.size_px)
        note = note_of(recipe.delivered(delivery.asked()))
        extras = ResultExtras(note, sound, *provenance)
        write_result(output, delivery, clip, job.frames(), extras)
    seconds = time.monotonic() - started_s
    click.echo(
        f"{output}: {counted(len(chosen), 'frame')} of "
        f"{form.width_px}x{form.height_px} px in {seconds:.1f} s."
    )


def _render_part(options: dict[str, Any], settings: Settings) -> None:
    context = click.get_current_context()
    if isinstance(context.obj, Warm):
        _render_here(options, settings, context.obj.token or CancellationToken())
        return
    with preempted_on_sigterm() as token:
        if (socket := present_node()) is not None:
            code = forwarded(socket, context.meta[TYPED])
            if code is not None:
                context.exit(code)
        _render_here(options, settings, token)


def _render_here(options: dict[str, Any], settings: Settings, token: "CancellationToken") -> None:
    with (
        telling_failure(options["openjd"]),
        ready_template(options, options.pop("shot_file"), options["output"]) as template,
    ):
        render_segments(options | {"template": template}, settings, token)
