"""The options of a command from a TOML file; what the command line says goes first."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from mimo_runtime.cli.options import FILE, Command
from mimo_runtime.errors import InvalidRequestError, MimoError

_META = "mimo.config"


def config_option(command: Command) -> Command:
    """`--config FILE`, read before every other option."""
    option = click.option(
        "--config",
        type=FILE,
        is_eager=True,
        expose_value=False,
        callback=_read,
        help="TOML file with any of these options, by their names without the dashes in front.",
    )
    return option(command)


@contextmanager
def lines_named(context: click.Context) -> Iterator[None]:
    """Have an error about a setting that is in the file name its line."""
    try:
        yield
    except InvalidRequestError as error:
        path, text = context.meta.get(_META, (None, ""))
        name = str(error).split(" ", 1)[0]
        line = _line(text, name)
        if path is None or line is None:
            raise
        raise InvalidRequestError(f"{path}, line {line}: {error}") from None


def _read(context: click.Context, option: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    text, values = _values(path)
    context.meta[_META] = (path, text)
    known = {each.name: each for each in context.command.params if each is not option}
    defaults = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        where = f"{path}, line {_line(text, name)}"
        if name not in known:
            raise InvalidRequestError(
                f"{where}: there is no option '{key}'; 'mimo {context.info_name} --help' lists all."
            )
        defaults[name] = _checked(context, known[name], value, where)
    context.default_map = defaults


def _values(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text()
        return text, tomllib.loads(text)
    except OSError as error:
        raise InvalidRequestError(
            f"The configuration {path} cannot be read: {error.strerror}; name another file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRequestError(
            f"The configuration {path} is no TOML: {str(error).rstrip('.')}; write a line "
            "'name = value' for each option, texts in quotes."
        ) from error


def _checked(context: click.Context, option: click.Parameter, value: Any, where: str) -> Any:
    """A value as it is, once its option would take it."""
    is_flag = isinstance(option, click.Option) and option.is_flag
    try:
        if isinstance(value, bool) != is_flag or not isinstance(value, bool | int | float | str):
            kind = "true or false" if is_flag else "one text or number"
            raise InvalidRequestError(f"{option.name} takes {kind}; give that.")
        taken = option.process_value(context, value)
        if isinstance(value, float) and taken != value:
            raise InvalidRequestError(f"{option.name} takes a whole number; give one.")
    except click.BadParameter as error:
        sentence = f"{option.name}: {error.message.rstrip('.')}; give another value."
    except MimoError as error:
        sentence = str(error)
    else:
        return value
    raise InvalidRequestError(f"{where}: {sentence}")


def _line(text: str, name: str) -> int | None:
    """The number of the line on which a setting is, its name written with - or _."""
    key = re.escape(name).replace("_", "[-_]")
    found = re.search(rf"""^[ \t]*["']?{key}["']?[ \t]*=|^[ \t]*\[\[?{key}\b""", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None
