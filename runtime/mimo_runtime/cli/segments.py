"""Segments of a shot in this process: what 'mimo render --frames' does."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.like import check_like
from mimo_runtime.cli.openjd_lines import OpenJdProgress
from mimo_runtime.errors import CancelledError
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.cli.opened import Opened
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.farm.shot_folder import ShotFolder
    from mimo_runtime.planning.segments import Part
    from mimo_runtime.synthesis.cancellation import CancellationToken


def frame_options(command: Any) -> Any:
    """Which segments of a shot are rendered."""
    options = (
        click.option("--frames", metavar="FIRST-LAST[xSIZE]",
                     help="Only these frames, from 1 on, into the folder of a shot: 13-24, or "
                     "1-40x12 for all segments of 12 frames. What is finished there is skipped. "
                     "'mimo stitch' joins them; docs/farm.md."),
        click.option("--segment", type=click.IntRange(0), metavar="N",
                     help="Of the segments that --frames or the shot file means only one, counted "
                     "from 0 as array jobs count."),
        click.option("--clamp", is_flag=True,
                     help="Leave out frames and segments that the shot has not, instead of "
                     "refusing them: for jobs that are written before a driving video is "
                     "decomposed."),
        click.option("--first-frame", type=click.IntRange(0), default=1, show_default=True,
                     metavar="N", help="Number of the clip's first frame."),
        click.option("--frame-range", metavar="FIRST-LAST",
                     help="The frames of the clip that are the shot; all without it."),
        click.option("--overlap", type=click.IntRange(0), metavar="WINDOWS",
                     help="Windows that a segment computes at each of its sides besides its own, "
                     "with --frames. Without it as many as make the result exact."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def render_segments(
    options: dict[str, Any], settings: Settings, token: "CancellationToken"
) -> None:
    """Render the segments that the options name, each unless it is there.

    Raises MimoError; the sentence says why.
    """
    from mimo_runtime.cli.opened import open_request
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.delivery.timecode import timecode_from
    from mimo_runtime.farm.segment import keep_sound
    from mimo_runtime.farm.shot import Shot
    from mimo_runtime.farm.shot_folder import begin_shot
    from mimo_runtime.planning.segments import Part
    from mimo_runtime.templates.sound import template_sound

    opened = open_request(options, settings)
    template = opened.request.template
    frames, segments = chosen_segments(options, template.frame_count)
    if options["timecode"] is not None:
        timecode_from(options["timecode"], template.rate_fps)  # told now, and not to who stitches
    recipe = opened.recipe(options["overlap"])
    check_like(options["like"], recipe)
    numbers = template.frame_count, options["first_frame"]
    shot = Shot(recipe, template.rate_fps, *numbers, frames, options["layers"])
    folder = begin_shot(options["output"], shot)
    if not segments:
        click.echo(f"{folder.path}: the shot ends with frame {folder.numbers(frames[-1:])}.")
    missing = [frames for frames in segments if not _is_there(folder, frames)]
    if missing:
        opened.say_preflight()
        keep_sound(folder, template_sound(template, frames, options["sound"]))
    try:
        with OpenJdProgress(len(missing)) if options["openjd"] else ProgressBars() as progress:
            for frames in missing:
                part = Part(frames, options["overlap"])
                _render(opened, folder, part, token, progress)
                progress.next_part()
    except KeyboardInterrupt:
        raise CancelledError(
            "Cancelled; finished frames are kept, and the same command goes on."
        ) from None


def chosen_segments(options: dict[str, Any], frame_count: int) -> tuple[range, tuple[range, ...]]:
    """The frames of the shot, and the segments of it that the options name, of `segment_frames`
    where --frames does not say. Raises as `segments_of`.
    """
    from mimo_runtime.farm.frame_numbers import segments_of, shot_range
    from mimo_runtime.farm.shot_file import SEGMENT_FRAMES

    first_frame, clamp = options["first_frame"], options["clamp"]
    shot = shot_range(options["frame_range"], first_frame, frame_count)
    size = options["segment_frames"] or SEGMENT_FRAMES
    chosen = options["frames"], options["segment"]
    return shot, segments_of(shot, first_frame, *chosen, size, clamp)


def _render(
    opened: "Opened",
    folder: "ShotFolder",
    part: "Part",
    token: "CancellationToken",
    progress: "ProgressBars | OpenJdProgress",
) -> None:
    from contextlib import closing
    from dataclasses import replace

    from mimo_runtime.farm.segment import write_segment

    started_s = time.monotonic()
    request = replace(opened.request, part=part, layers=folder.shot.layers)
    job = opened.synthesizer.start(request, token, progress)
    with closing(job.frames()) as made:
        write_segment(folder, part.frames, made)
    _say(
        folder.path,
        folder.numbers(part.frames),
        f"rendered in {time.monotonic() - started_s:.1f} s",
    )


def _is_there(folder: "ShotFolder", frames: range) -> bool:
    if not folder.is_finished(frames):
        return False
    _say(folder.path, folder.numbers(frames), "already there")
    return True


def _say(path: Path, numbers: str, what: str) -> None:
    click.echo(f"{path}: frames {numbers} {what}.")
