"""Options of the commands that ask a server, and what they print."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.options import FILE, Command

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from mimo_runtime.client.connection import Connection

_SERVER = (
    click.option("--server", required=True, envvar="MIMO_SERVER", show_envvar=True,
                 help="HOST:PORT of a server started by 'mimo serve'."),
    click.option("--tls-root", type=FILE, envvar="MIMO_TLS_ROOT", show_envvar=True,
                 help="PEM file of the authority that signed the server."),
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="A line of JSON for each.")


def server_options(command: Command) -> Command:
    """Which server, and how it is trusted."""
    for option in reversed(_SERVER):
        command = option(command)
    return command


def connect(server: str, tls_root: Path | None) -> "Connection":
    """A connection to the server of a command's options."""
    from mimo_runtime.client.connection import Connection

    return Connection(server, tls_root, lambda sentence: click.echo(sentence, err=True))


def print_messages(
    messages: "Iterable[Message]", as_json: bool, row: Callable[[Any], tuple[str, ...]]
) -> None:
    """Print messages as lines of JSON, or by `row` as columns."""
    if as_json:
        from google.protobuf.json_format import MessageToDict

        for message in messages:
            values = MessageToDict(message, preserving_proto_field_name=True)
            click.echo(json.dumps(values, ensure_ascii=False))
        return
    print_rows([row(message) for message in messages])


def print_rows(rows: list[tuple[str, ...]]) -> None:
    """Print rows in columns that are as wide as what is in them."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def clock(seconds: float) -> str:
    """A time since 1970 as a person here reads it; empty for none."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S}" if seconds else ""


def size(size_bytes: int) -> str:
    """A size as a person reads it."""
    for unit in ("B", "kB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000  # type: ignore[assignment]
    return f"{size_bytes:.3g} GB"
