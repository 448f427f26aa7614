"""A shot file in front of a command's options, which say what it leaves open."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from mimo_runtime.cli.options import FILE
from mimo_runtime.delivery.delivery import MOVIE_SUFFIXES, OF_A_KIND

if TYPE_CHECKING:
    from mimo_runtime.farm.shot_file import ShotFile

Command = TypeVar("Command", bound=Callable[..., Any])
_SUFFIXES: Final = (".yaml", ".yml")


def shot_argument(command: Any) -> Any:
    """SHOT.yaml; what stands in it is the default of the options."""
    return click.argument(
        "shot_file", metavar="[SHOT.yaml]", required=False, type=FILE, is_eager=True, callback=_read
    )(command)


def source_argument(
    metavar: str, of_shot: "Callable[[ShotFile], tuple[Path, Mapping[str, Any]]]"
) -> Callable[[Command], Command]:
    """A file; or a shot file, of which `of_shot` tells that file and the defaults of options."""

    def read(context: click.Context, _option: click.Parameter, given: Path) -> Path:
        if given.suffix.lower() not in _SUFFIXES:
            return given
        from mimo_runtime.farm.shot_file import read_shot

        source, options = of_shot(read_shot(given))
        context.default_map = {name: str(value) for name, value in options.items()}
        return source

    return click.argument(
        "source", metavar=f"{metavar}|SHOT.yaml", type=FILE, is_eager=True, callback=read
    )


def segment_folder(shot: "ShotFile | None", output: Path) -> Path:
    """Where segments go: the folder that the shot file names, unless an option names another."""
    source = click.get_current_context().get_parameter_source("output")
    return output if shot is None or source is not ParameterSource.DEFAULT_MAP else shot.output


def _read(
    context: click.Context, _option: click.Parameter, given: Path | None
) -> "ShotFile | None":
    return None if given is None else take_defaults(context, given)


def take_defaults(context: click.Context, path: Path) -> "ShotFile":
    """Read a shot file, whose values become the defaults of a command's options."""
    from mimo_runtime.farm.shot_file import read_shot

    shot = read_shot(path)
    options = {name: str(value) for name, value in shot.options.items()}
    defaults = fitting(context, shot.result, options) | {"output": str(shot.result)}
    context.default_map = defaults | dict(context.default_map or {})
    return shot


def fitting(context: click.Context, result: Path, options: Mapping[str, str]) -> dict[str, Any]:
    """Defaults of a command, of which what belongs to one kind of output holds where that is as
    `result` is; typed options, as the output, are read before defaults are asked for.
    """

    def of_that_kind(value: str) -> str | None:
        given = context.params
        output = given.get("output")
        is_part = given.get("frames") is not None or given.get("segment") is not None
        return value if not output or is_part or _kind(output) == _kind(result) else None

    return {
        name: partial(of_that_kind, value) if name in OF_A_KIND else value
        for name, value in options.items()
    }


def _kind(output: Path) -> str:
    """The suffix of a video; pictures, in a folder or one of them, are all alike."""
    suffix = output.suffix.lower()
    return suffix if suffix in MOVIE_SUFFIXES else ""
