"""One process a node that keeps the bundle loaded, for the tasks of a job one after the other."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.errors import ServerUnreachableError

if TYPE_CHECKING:
    from mimo_runtime.bundle import Bundle
    from mimo_runtime.farm.node import Task
    from mimo_runtime.runner.synthesizer import Synthesizer
    from mimo_runtime.synthesis.cancellation import CancellationToken

VARIABLE = "MIMO_NODE"
TYPED = "mimo_runtime.cli.typed"
"""In the `meta` of a command's context: what was typed from the command's name on."""
_READY = "ready"


@dataclass(slots=True)
class Warm:
    """What such a process keeps between tasks, and how the present one is stopped."""

    token: "CancellationToken | None" = None
    _kept: "dict[tuple[Any, ...], Synthesizer]" = field(default_factory=dict)

    def synthesizer(
        self, bundle: "Bundle", threads: int, engine: str, devices: int
    ) -> "Synthesizer":
        """The one that runs `bundle`, kept until another is asked for."""
        from mimo_runtime.runner.synthesizer import Synthesizer

        key = bundle.folder, bundle.digest, threads, engine, devices
        if key not in self._kept:
            self._kept = {key: Synthesizer.of(bundle, threads, engine, devices=devices)}
        return self._kept[key]


def present_node() -> Path | None:
    """The socket of this node's process, if there is one."""
    socket = os.environ.get(VARIABLE)
    return Path(socket) if socket else None


def forwarded(socket: Path, arguments: Sequence[str]) -> int | None:
    """Have the node's process render; the exit code, or None where it cannot be reached."""
    from mimo_runtime.farm.node import ask_node

    try:
        return ask_node(
            socket, arguments, lambda kind, text: click.echo(text, err=kind == "err", nl=False)
        )
    except ServerUnreachableError as error:
        click.echo(f"{error} This process renders by itself meanwhile.", err=True)
        return None


def warm_task() -> "Task":
    """What does commands in this process, one after the other, and keeps the bundle loaded."""
    from mimo_runtime.cli.main import run

    warm = Warm()

    def task(arguments: Sequence[str], token: "CancellationToken") -> int:
        warm.token = token
        return run(list(arguments), warm)

    return task


@click.command()
@click.argument("socket", type=click.Path(path_type=Path))
@click.option("--idle", type=click.FloatRange(1), default=900.0, show_default=True,
              metavar="SECONDS", help="How long it waits for a task before it ends.")  # fmt: skip
def node(socket: Path, idle: float) -> None:
    """Render for the tasks of this node that find SOCKET in the variable MIMO_NODE.

    'mimo render --frames' does its work there then, and the bundle is loaded once.
    """
    from mimo_runtime.farm.node import serve_node

    serve_node(socket, idle, warm_task(), lambda: click.echo(_READY))


@click.command(name="node-start")
@click.argument("socket", type=click.Path(path_type=Path))
def node_start(socket: Path) -> None:
    """Start 'mimo farm node' in the background, and say where it is as a session reads it."""
    log = socket.with_name(f"{socket.name}.log")
    command = [sys.executable, "-c", "from mimo_runtime.cli import main; main()"]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*command, "farm", "node", str(socket)],
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    assert process.stdout is not None
    if process.stdout.readline().strip() != _READY.encode():
        raise ServerUnreachableError(f"The process did not start: {log.read_text()}; mend that.")
    click.echo(f"openjd_env: {VARIABLE}={socket}")


@click.command(name="node-end")
@click.argument("socket", type=click.Path(path_type=Path))
def node_end(socket: Path) -> None:
    """End the process that 'mimo farm node-start' has started."""
    from mimo_runtime.farm.node import end_node

    end_node(socket)
