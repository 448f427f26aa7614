"""A shot file in front of a command's options, which say what it leaves open."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from mimo_runtime.cli.options import FILE

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
    context.default_map = options | {"output": str(shot.result)} | dict(context.default_map or {})
    return shot
