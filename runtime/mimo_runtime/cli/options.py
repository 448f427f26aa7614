"""Options that several commands share, so that they are spelled and explained once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mimo_runtime.engines.choice import AUTO, ENGINES
from mimo_runtime.synthesis.settings import FRAMINGS, MODES, OFFICIAL, PERSON, Settings

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
ANY_PATH = click.Path(path_type=Path)


def examples(*lines: str) -> str:
    """An epilog that keeps its line breaks."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def input_options(command: Command) -> Command:
    """Character, template and output."""
    options = (
        click.option(
            "--character",
            required=True,
            type=FILE,
            help="Picture of the character: full body, frontal. Its alpha channel is the matte.",
        ),
        click.option(
            "--matte",
            type=FILE,
            help="Grey picture, white where the character is, for a picture without alpha.",
        ),
        click.option(
            "--template",
            required=True,
            type=FOLDER,
            help="Decomposed driving video: vid, sdc, bk (and occ) .mp4 and config.json.",
        ),
        click.option(
            "--feather-masks",
            type=FOLDER,
            help="Official masks alpha2_<mode>.png; without them built-in ones are used.",
        ),
        click.option(
            "-o",
            "--output",
            required=True,
            type=ANY_PATH,
            help="NAME.mp4, or a folder for a lossless PNG sequence.",
        ),
    )
    return _with(options, command)


def settings_options(command: Command) -> Command:
    """Everything that `Settings` holds."""
    options = (
        click.option("--mode", type=click.Choice(MODES), default=OFFICIAL, show_default=True,
                     help="official: the official numbers; corrected: its known errors mended."),
        click.option("--steps", type=int, default=25, show_default=True, help="Solver steps."),
        click.option("--guidance", type=float, default=3.5, show_default=True,
                     help="Scale of classifier-free guidance; 1 and below turn it off."),
        click.option("--seed", type=int, default=42, show_default=True,
                     help="Seed of the first noise."),
        click.option("--framing", type=click.Choice(FRAMINGS), default=PERSON, show_default=True,
                     help="person: paint the square around the person into the scene; whole: "
                     "give the networks whole frames and keep what they paint."),
    )  # fmt: skip
    return _with(options, command)


def engine_options(command: Command) -> Command:
    """What runs the bundle."""
    options = (
        click.option("--engine", type=click.Choice(ENGINES), default=AUTO, show_default=True,
                     help="What runs the bundle; auto takes the best that this machine can and "
                     "says which. 'mimo report' tells what there is."),
        click.option("--threads", type=int, default=0,
                     help="Threads of ONNX Runtime; 0: one per core."),
    )  # fmt: skip
    return _with(options, command)


def settings_from(options: dict[str, Any]) -> Settings:
    """Take the settings out of a command's options.

    Raises:
        InvalidRequestError: a value that cannot be used.
    """
    names = ("mode", "steps", "guidance", "seed", "framing")
    return Settings(**{name: options.pop(name) for name in names})


def _with(options: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
