"""A draft in this process, for the commands that make one."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.cli.counts import counted

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure
    from mimo_runtime.delivery.delivery import Delivery
    from mimo_runtime.provenance.marking import Marking
    from mimo_runtime.templates.folder import Template


def draw_draft(
    character: Path,
    matte: Path | None,
    template: Path,
    output: Path,
    delivery: "Delivery",
    marking: "Marking",
    frame_range: str | None = None,
    own_sound: Path | None = None,
) -> None:
    """Write the draft of a character in a template to `output`, with a bar, and say so.

    character: a picture; that of a character folder brings its figure along.
    marking: how it is signed and marked.
    frame_range: FIRST-LAST, the frames that are written.
    own_sound: what is heard in place of the template's.

    Raises MimoError; the sentence says why.
    """
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.delivery.finisher import DeliveredClip
    from mimo_runtime.farm.frame_numbers import shot_range
    from mimo_runtime.farm.result import ResultExtras, write_result
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.synthesis.draft import Draft
    from mimo_runtime.synthesis.inputs import figure_from_files
    from mimo_runtime.templates.folder import open_template
    from mimo_runtime.templates.sound import template_sound

    started_s, limits = time.monotonic(), MediaLimits()
    opened = open_template(template, limits)
    figure = figure_from_files(
        character, matte, limits, lambda text: click.echo(f"Warning: {text}", err=True)
    )
    say_preflight(lambda: figure, opened)
    with ProgressBars() as bars:
        draft = Draft(figure, opened, bars)
        form = draft.output
        chosen = shot_range(frame_range, delivery.first_frame, form.frame_count)
        clip = DeliveredClip((form.width_px, form.height_px), form.rate_fps, chosen)
        sound = template_sound(opened, chosen, own_sound)
        extras = ResultExtras("", sound, *marking.of_draft(character, *clip.size_px))
        write_result(output, delivery, clip, draft.frames(chosen), extras)
    seconds = time.monotonic() - started_s
    click.echo(
        f"{output}: draft of {counted(len(chosen), 'frame')} of "
        f"{form.width_px}x{form.height_px} px in {seconds:.1f} s."
    )


def say_preflight(
    figure: Callable[[], "Figure | None"], template: "Template", network_px: int | None = None
) -> None:
    """Print on stderr what the character will be like in the template, if that has postures.

    `figure` is asked only then, and may have none.
    """
    from mimo_runtime.synthesis.template_preflight import template_preflight

    figures = template_preflight(figure, template, network_px)
    for line in figures.lines() if figures else ():
        click.echo(line, err=True)


def say_preflight_of_folder(character: Path, template: Path) -> None:
    """`say_preflight` where the character's picture is that of a character folder."""
    from mimo_runtime.characters.figure import read_figure
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.synthesis.figures import folder_of
    from mimo_runtime.templates.folder import open_template

    if (folder := folder_of(character)) is not None:
        say_preflight(lambda: read_figure(folder), open_template(template, MediaLimits()))
