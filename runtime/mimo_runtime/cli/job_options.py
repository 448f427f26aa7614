"""The options of `mimo jobs create`: what a server can be sent as it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.options import (
    ANY_PATH,
    FILE,
    FOLDER,
    Command,
    picture_file,
    settings_from,
    settings_options,
)
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.kinds import OutputKind, output_kind

if TYPE_CHECKING:
    from mimo_runtime.client.jobs import JobRequest

_INPUTS = (
    click.option("--character", required=True, type=ANY_PATH, callback=picture_file,
                 help="Picture of the character, or a folder made by 'mimo character'."),
    click.option("--matte", type=FILE,
                 help="Grey picture, white where the character is, for a picture without alpha."),
    click.option("--feather-masks", type=FOLDER, help="Official masks alpha2_<mode>.png."),
    click.option("--driving", type=FILE,
                 help="Plain video of somebody; the server takes it apart."),
    click.option("--motion", "motion_file", type=FILE,
                 help="Motion file that the server draws, with --scene."),
    click.option("--scene", type=FILE, help="Picture, or video without people, of the scene."),
    click.option("--template", type=FOLDER, help="Driving video that was decomposed before."),
    click.option("--camera", default="front", show_default=True,
                 help="As of 'mimo motion', for a motion file."),
    click.option("--size", default="512x512", show_default=True,
                 help="WIDTHxHEIGHT of a motion file's frames."),
    click.option("--fps", type=int, default=30, show_default=True,
                 help="Rate of a motion file's frames."),
)  # fmt: skip
_JOB = (
    click.option("--lossless", is_flag=True, help="PNG pictures in place of a video."),
    click.option("--priority", type=int, default=0, show_default=True,
                 help="Of your own jobs the higher goes first; -100 to 100."),
    click.option("--request-id", default="",
                 help="Yours for this job: given again, it is the same job. Made up without it."),
)  # fmt: skip


def job_options(command: Command) -> Command:
    """Inputs, settings and the job's own options."""
    for option in reversed(_JOB):
        command = option(command)
    command = settings_options(command)
    for option in reversed(_INPUTS):
        command = option(command)
    return command


def request_from(options: dict[str, Any], output: Path | None) -> "JobRequest":
    """The request of a command's options; `output` says what kind of result, where it is given.

    Raises:
        InvalidRequestError: options do not go together.
    """
    from mimo_runtime.client.inputs import Inputs
    from mimo_runtime.client.jobs import JobRequest
    from mimo_runtime.motions.ranges import parse_size
    from mimo_runtime.wire.motion_view import MotionView

    ways = [options[name] for name in ("driving", "motion_file", "template")]
    if sum(way is not None for way in ways) != 1:
        raise InvalidRequestError(
            "What drives the character is not clear; give one of --driving, --motion with "
            "--scene, or --template."
        )
    kind = _kind_of(options.pop("lossless"), output)
    width_px, height_px = parse_size(options.pop("size"))
    view = MotionView(options.pop("camera"), width_px, height_px, options.pop("fps"))
    settings = settings_from(options)
    priority, request_id = options.pop("priority"), options.pop("request_id")
    return JobRequest(Inputs(**options), settings, kind, view, priority, request_id)


def _kind_of(lossless: bool, output: Path | None) -> OutputKind:
    """What kind of result is asked for, by --lossless or by the name of the output."""
    named = None if output is None else output_kind(output)
    if lossless and named is OutputKind.VIDEO:
        raise InvalidRequestError(
            f"--lossless asks for PNG pictures, and the output {output} is a video; name a folder, "
            "or leave --lossless out."
        )
    return named or (OutputKind.LOSSLESS if lossless else OutputKind.VIDEO)
