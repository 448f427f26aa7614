"""`mimo synthesize`: the client of a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.counts import counted, say_truncated
from mimo_runtime.cli.draft import say_preflight_of_folder
from mimo_runtime.cli.driving import TEMPLATE_OPTIONS, chosen_template, template_beside
from mimo_runtime.cli.options import (
    FILE,
    examples,
    input_options,
    settings_from,
    settings_options,
)
from mimo_runtime.errors import InvalidRequestError

if TYPE_CHECKING:
    from mimo_runtime.client.inputs import Inputs


@click.command(
    epilog=examples(
        "mimo synthesize --server localhost:50051 --character me.png --template dance -o out.mp4",
        "mimo synthesize --server gpu1:50051 --tls-root ca.pem --character me.png "
        "--template t -o frames/",
        "mimo synthesize --server gpu1:50051 --character me.png --driving dance.mp4 -o out.mp4",
        "mimo synthesize --server gpu1:50051 --character me.png --driving dance.mp4 "
        "--decompose-on server -o out.mp4",
    )
)
@click.option("--server", required=True, help="HOST:PORT of a server started by 'mimo serve'.")
@input_options
@settings_options
@click.option("--decompose-on", type=click.Choice(["client", "server"]), default="client",
              show_default=True, help="Who takes a driving video apart; a client keeps the "
              "template beside the output, and can choose a person and a shot.")  # fmt: skip
@click.option("--as-signed", is_flag=True, help="Keep a video in the fragments that the server has "
              "signed, and its manifest beside it (NAME.c2pa); otherwise it is written anew, with "
              "its index in front, which no signature survives.")  # fmt: skip
@click.option("--deadline", type=float, help="Seconds after which the server shall give up.")
@click.option("--tls-root", type=FILE, help="PEM file of the authority that signed the server.")
def synthesize(
    server: str,
    decompose_on: str,
    as_signed: bool,
    deadline: float | None,
    tls_root: Path | None,
    **options: Any,
) -> None:
    """Have a server make one video; frames arrive as they are finished."""
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.client.session import synthesize as run
    from mimo_runtime.client.sink import keep_movie
    from mimo_runtime.media.remux import remux

    settings = settings_from(options)
    output: Path = options.pop("output")
    inputs = _as_sent if decompose_on == "server" else _decomposed
    with inputs(options, output) as sent, ProgressBars() as bars:
        summary = run(
            server, sent, settings, output, bars,
            deadline_s=deadline, tls_root=tls_root,
            finish_movie=keep_movie if as_signed else remux,
        )  # fmt: skip
    click.echo(
        f"{output}: {counted(summary.frame_count, 'frame')} in {summary.total_s:.1f} s; "
        f"first frame after {summary.first_frame_s:.2f} s, "
        f"{summary.frames_per_s:.2f} frames per second."
    )
    say_truncated(summary.truncated_frames)


@contextmanager
def _decomposed(options: dict[str, Any], output: Path) -> "Iterator[Inputs]":
    """A template, that of a driving video made here."""
    from mimo_runtime.client.inputs import Inputs

    with chosen_template(options, template_beside(output)) as template:
        say_preflight_of_folder(options["character"], template)
        yield Inputs(template=template, **options)


@contextmanager
def _as_sent(options: dict[str, Any], output: Path) -> "Iterator[Inputs]":  # noqa: ARG001
    """The driving video as it is."""
    from mimo_runtime.client.inputs import Inputs

    taken = {name: options.pop(name) for name in TEMPLATE_OPTIONS}
    driving = taken.pop("driving")
    if driving is None or any(value not in (None, 1) for value in taken.values()):
        raise InvalidRequestError(
            "A server takes apart a driving video alone; give --driving and none of the other "
            "options of templates, or decompose on the client."
        )
    yield Inputs(driving=driving, **options)
