"""Options that several commands share, so that they are spelled and explained once."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from mimo_runtime.delivery.delivery import MOVIE_SUFFIXES
from mimo_runtime.engines.choice import AUTO, ENGINES
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.kinds import output_kind
from mimo_runtime.wire.settings import FramingPolicy, Mode, Settings
from mimo_runtime.wire.solver import Solver

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
ANY_PATH = click.Path(path_type=Path)
DEFAULTS = Settings()


def examples(*lines: str) -> str:
    """An epilog that keeps its line breaks."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def input_options(command: Command) -> Command:
    """Character, what drives it, what is heard, and output."""
    return character_options(output_option()(template_options(command)))


def movie_output_option(required: bool = True) -> Callable[[Command], Command]:
    """Where frames are written that may become a .mov too."""
    said = "NAME.mp4, NAME.mov, or a folder for a lossless sequence of pictures."
    return output_option(required, said, MOVIE_SUFFIXES)


def render_options(command: Command) -> Command:
    """The same for a render, which writes more kinds of videos, and what is heard."""
    output = movie_output_option()
    return character_options(output(sound_option(template_options(command))))


def sound_option(command: Command) -> Command:
    """What is heard in place of the driving video."""
    return click.option(
        "--sound",
        type=FILE,
        metavar="FILE",
        help="What is heard instead of the driving video: a sound file, or a video. Its beginning "
        "belongs to the clip's first frame.",
    )(command)


def character_options(command: Command) -> Command:
    """Who is seen, and how the person fades into the scene."""
    options = (
        click.option(
            "--character",
            required=True,
            type=ANY_PATH,
            callback=picture_file,
            help="Picture of the character: full body, frontal. Its alpha channel is the matte. "
            "Or a folder made by 'mimo character'.",
        ),
        click.option(
            "--matte",
            type=FILE,
            help="Grey picture, white where the character is, for a picture without alpha.",
        ),
        click.option(
            "--feather-masks",
            type=FOLDER,
            help="Official masks alpha2_<mode>.png; without them built-in ones are used.",
        ),
    )
    return _with(options, command)


def output_option(
    required: bool = True,
    help_text: str = "NAME.mp4, or a folder for a lossless sequence of pictures.",
    suffixes: tuple[str, ...] = (".mp4",),
) -> Callable[[Command], Command]:
    """Where frames are written; a video's name ends in one of `suffixes`."""

    def checked(_context: click.Context, _option: click.Parameter, given: Path | None) -> Any:
        if given is not None:
            output_kind(given, suffixes)  # any other kind is told before the work begins
        return given

    return click.option(
        "-o", "--output", required=required, type=ANY_PATH, callback=checked, help=help_text
    )


def is_typed(name: str) -> bool:
    """Whether an option of the command that runs stands at the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def template_options(command: Command) -> Command:
    """Where motion and scene are from; `driving.chosen_template` takes these."""
    options = (
        click.option("--template", type=FOLDER,
                     help="Decomposed driving video: vid, sdc, bk (and occ) .mp4 and config.json."),
        click.option("--driving", metavar="VIDEO", type=FILE,
                     help="Driving video; it is decomposed into OUTPUT.template beside the "
                     "output, which is kept and used again."),
        click.option("--motion", metavar="FOLDER", type=ANY_PATH, callback=_motion_folder,
                     help="Motion alone: a folder made by 'mimo motion', or a template. With "
                     "--scene; its size and rate are those of the result."),
        click.option("--scene", metavar="VIDEO|PICTURE|TEMPLATE", type=ANY_PATH,
                     help="Scene alone, with --motion: a video without people, a picture, or a "
                     "template's scene and occluders. It is scaled to cover the motion's frame "
                     "and cut in the middle; of two clips the shorter one decides."),
    )  # fmt: skip
    return _with(options, decompose_options(command))


def decompose_options(command: Command) -> Command:
    """How a driving video is decomposed."""
    options = (
        click.option("--models", type=FILE, metavar="FILE",
                     help="JSON file that names networks of yours, such as one for depth; "
                     "docs/models.md says what is in it."),
        click.option("--person", type=click.IntRange(1), metavar="N",
                     help="Number of the person to take; the main one if not given."),
        click.option("--shot", type=click.IntRange(1), metavar="N",
                     help="Number of the shot to take from a video with cuts; the longest one if "
                     "not given."),
        click.option("--tiles", type=click.Choice(["1", "2", "4"]), default="1",
                     callback=lambda _context, _option, value: int(value),
                     help="Parts in which a frame is searched for small people."),
    )  # fmt: skip
    return _with(options, command)


def _motion_folder(
    _context: click.Context, _option: click.Parameter, given: Path | None
) -> Path | None:
    """A folder; a motion file has to be drawn first."""
    if given is not None and given.is_file():
        raise InvalidRequestError(
            f"'{given}' is a file; draw it first with 'mimo motion {given.name} -o {given.stem}' "
            "and give that folder."
        )
    return given


def picture_file(
    _context: click.Context, _option: click.Parameter, given: Path | None
) -> Path | None:
    """The picture of a character, which may be a folder; a folder that is none is an error."""
    if given is None or not given.is_dir():
        return given
    from mimo_runtime.characters.folder import picture_of

    return picture_of(given)


def settings_options(command: Command) -> Command:
    """Everything that `Settings` holds."""
    options = (
        click.option("--mode", type=click.Choice([mode.value for mode in Mode]),
                     help="official: the official numbers; corrected: its known errors mended; "
                     "offline: corrected, by a solver of second order. Where none is given, what "
                     "the bundle was made for, else official."),
        click.option("--steps", type=int,
                     help="Solver steps; the bundle's own where none are given, else 25."),
        click.option("--guidance", type=float,
                     help="Scale of classifier-free guidance; 1 and below turn it off. The "
                     "bundle's own where none is given, else 3.5."),
        click.option("--seed", type=int, default=DEFAULTS.seed, show_default=True,
                     help="Seed of the first noise."),
        click.option("--framing", type=click.Choice([policy.value for policy in FramingPolicy]),
                     default=DEFAULTS.framing.value, show_default=True,
                     help="person: paint the square around the person into the scene; whole: "
                     "give the networks whole frames and keep what they paint."),
    )  # fmt: skip
    return _with(options, solver_options(command))


def solver_options(command: Command) -> Command:
    """How steps are made, and where there is guidance."""
    options = (
        click.option("--solver", type=click.Choice([solver.value for solver in Solver]),
                     help="ddim: of first order; dpmpp-2m: of second order, DPM-Solver++ (2M). "
                     "The default is that of the mode: dpmpp-2m for offline, else ddim."),
        click.option("--step-table",
                     help="Where the steps are: trailing, leading, even-angle (the same angle of "
                     "signal and noise a step), or the timesteps, such as 999,700,300. The "
                     "bundle's own where none is given."),
        click.option("--guidance-interval",
                     help="Guide only the steps from one share of the trained timesteps to "
                     "another, such as 0.2,0.9; the others cost half."),
    )  # fmt: skip
    return _with(options, command)


def engine_options(command: Command) -> Command:
    """What runs the bundle."""
    options = (
        click.option("--engine", type=click.Choice(ENGINES), default=AUTO, show_default=True,
                     help="What runs the bundle; auto takes the best that this machine can and "
                     "says which. 'mimo report' tells what there is."),
        click.option("--threads", type=click.IntRange(0), default=0,
                     help="Threads of ONNX Runtime; 0: one per core."),
    )  # fmt: skip
    return _with(options, command)


def settings_from(options: dict[str, Any]) -> Settings:
    """Take the settings out of a command's options.

    Raises:
        InvalidRequestError: a value that cannot be used.
    """
    names = [field.name for field in fields(Settings)]
    return Settings(**{name: options.pop(name) for name in names})


def _with(options: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
