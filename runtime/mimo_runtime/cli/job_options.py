"""The options of `mimo jobs create` and `prepare`: what a server can be sent as it is."""

from collections.abc import Callable
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
from mimo_runtime.wire.kinds import JobTask, OutputKind, output_kind
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.client.jobs import JobRequest
    from mimo_runtime.wire.motion_view import MotionView

_CHARACTER = (
    click.option("--character", type=ANY_PATH, callback=picture_file,
                 help="Picture of the character, or a folder made by 'mimo character'."),
    click.option("--matte", type=FILE,
                 help="Grey picture, white where the character is, for a picture without alpha."),
)  # fmt: skip
_MOTION = (
    click.option("--driving", type=FILE,
                 help="Plain video of somebody; the server takes it apart."),
    click.option("--motion", "motion_file", type=FILE,
                 help="Motion file that the server draws, with --scene."),
    click.option("--scene", type=FILE, help="Picture, or video without people, of the scene."),
    click.option("--camera", default="front", show_default=True,
                 help="As of 'mimo motion', for a motion file."),
    click.option("--size", default="512x512", show_default=True,
                 help="WIDTHxHEIGHT of a motion file's frames."),
    click.option("--fps", type=int, default=30, show_default=True,
                 help="Rate of a motion file's frames."),
)  # fmt: skip
_VIDEO = (
    click.option("--template", type=FOLDER, help="Driving video that was decomposed before."),
    click.option("--prepared", multiple=True, metavar="ID",
                 help="A job of 'mimo jobs prepare', whose template or character is taken. May be "
                 "given again."),
    click.option("--feather-masks", type=FOLDER, help="Official masks alpha2_<mode>.png."),
)  # fmt: skip
_JOB = (
    click.option("--priority", type=int, default=0, show_default=True,
                 help="Of your own jobs the higher goes first; -100 to 100."),
    click.option("--request-id", default="",
                 help="Yours for this job: given again, it is the same job. Made up without it."),
)  # fmt: skip
_LOSSLESS = click.option("--lossless", is_flag=True, help="PNG pictures in place of a video.")


def video_options(command: Command) -> Command:
    """Inputs, settings and the job's own options, of a video."""
    return _with(settings_options(_with(command, _LOSSLESS, *_JOB)), *_CHARACTER, *_MOTION, *_VIDEO)


def preparation_options(command: Command) -> Command:
    """Inputs and the job's own options, of a preparation."""
    return _with(command, *_CHARACTER, *_MOTION, *_JOB)


def video_request(options: dict[str, Any], output: Path | None) -> "JobRequest":
    """The request of `mimo jobs create`; `output` says what kind of result, where it is given.

    Raises:
        InvalidRequestError: options do not go together.
    """
    from mimo_runtime.client.inputs import Inputs
    from mimo_runtime.client.jobs import JobRequest

    prepared, view = options.pop("prepared"), _view(options)
    ways = sum(options[name] is not None for name in ("driving", "motion_file", "template"))
    if ways > 1 or (not ways and not prepared):
        raise InvalidRequestError(
            "What drives the character is not clear; give one of --driving, --motion with "
            "--scene, --template, or --prepared."
        )
    if options["character"] is None and not prepared:
        raise InvalidRequestError("There is no character; give --character, or --prepared.")
    kind, settings = _kind_of(options.pop("lossless"), output), settings_from(options)
    job = {name: options.pop(name) for name in ("priority", "request_id")}
    return JobRequest(Inputs(**options), settings, kind, view, prepared=prepared, **job)


def preparation_request(options: dict[str, Any]) -> "JobRequest":
    """The request of `mimo jobs prepare`.

    Raises:
        InvalidRequestError: options do not go together.
    """
    from mimo_runtime.client.inputs import Inputs
    from mimo_runtime.client.jobs import JobRequest

    view = _view(options)
    job = {name: options.pop(name) for name in ("priority", "request_id")}
    ways = [options[name] is not None for name in ("character", "driving", "motion_file")]
    if sum(ways) != 1:
        raise InvalidRequestError(
            "What is to be prepared is not clear; give one of --character, --driving, or --motion "
            "with --scene."
        )
    task = JobTask.CHARACTER if options["character"] is not None else JobTask.TEMPLATE
    return JobRequest(Inputs(**options), Settings(), view=view, task=task, **job)


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def _view(options: dict[str, Any]) -> "MotionView":
    """The camera of a motion file, taken out of `options`."""
    from mimo_runtime.motions.ranges import parse_size
    from mimo_runtime.wire.motion_view import MotionView

    width_px, height_px = parse_size(options.pop("size"))
    return MotionView(options.pop("camera"), width_px, height_px, options.pop("fps"))


def _kind_of(lossless: bool, output: Path | None) -> OutputKind:
    """What kind of result is asked for, by --lossless or by the name of the output."""
    named = None if output is None else output_kind(output)
    if lossless and named is OutputKind.VIDEO:
        raise InvalidRequestError(
            f"--lossless asks for PNG pictures, and the output {output} is a video; name a folder, "
            "or leave --lossless out."
        )
    return named or (OutputKind.LOSSLESS if lossless else OutputKind.VIDEO)
