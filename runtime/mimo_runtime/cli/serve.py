"""`mimo serve`: the gRPC server."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from mimo_runtime.bundle import Shape
from mimo_runtime.cli.bundle_options import bundle_option, shape_options
from mimo_runtime.cli.config_file import config_option, lines_named
from mimo_runtime.cli.options import ANY_PATH, FILE, FOLDER, engine_options, examples
from mimo_runtime.cli.provenance import provenance_from, provenance_options
from mimo_runtime.cli.server_limits import limit_options, limits_from


@click.command(
    epilog=examples(
        "mimo serve",
        "mimo serve --bundle bundles/mimo",
        "mimo serve --bundle b --listen 0.0.0.0:50051 --tls-certificate c.pem --tls-key k.pem",
        "mimo serve --config mimo.toml",
        "mimo serve --bundle b --state /var/lib/mimo --tokens tokens.txt",
        "mimo serve --bundle b --state jobs --http-listen 127.0.0.1:8080",
        "mimo serve --bundle b --sessions 2 --max-work-px 50e9 --spool-dir /dev/shm",
    )
)
@config_option
@bundle_option
@shape_options
@click.option("--listen", default="127.0.0.1:50051", show_default=True, help="HOST:PORT.")
@engine_options
@click.option("--sessions", type=int, default=1, show_default=True, help="Worked on at once.")
@click.option("--waiting", type=int, default=4, show_default=True, help="May wait beside them.")
@click.option("--tls-certificate", type=FILE, help="PEM file of the server's certificate.")
@click.option("--tls-key", type=FILE, help="PEM file of its key.")
@click.option(
    "--tls-client-ca", type=FILE, help="PEM file of the authority that must have signed clients."
)
@click.option("--tokens", type=FILE, help="File of SHA-256 of the tokens that may call.")
@click.option("--insecure", is_flag=True, help="Allow other machines to connect without TLS.")
@click.option("--spool-dir", type=FOLDER, help="Where clients' files lie while they are used.")
@click.option("--state", type=FOLDER, help="Where jobs and assets are kept; none without it.")
@click.option("--http-listen", default="", help="HOST:PORT of the HTTP door to jobs; with --state.")
@click.option("--access-log", type=ANY_PATH, help="File for a line of JSON a call; - for here.")
@click.option("--audit-log", type=FILE, help="File for a line a result, each bound to the last.")
@click.option("--quotas", type=FILE, help="TOML file of what each caller may take.")
@provenance_options
@click.option("--metrics-listen", default="", help="HOST:PORT for Prometheus; none without it.")
@click.option(
    "--otlp-endpoint", default="", metavar="URL", help="OpenTelemetry collector that spans go to."
)
@click.option(
    "--reflection/--no-reflection",
    default=True,
    show_default=True,
    help="Whether the server tells its protocol to whoever asks.",
)
@limit_options
@click.pass_context
def serve(
    context: click.Context,
    /,
    bundle: Path,
    shape: Shape | None,
    verify: bool,
    listen: str,
    sessions: int,
    waiting: int,
    **given: Any,
) -> None:
    """Serve a bundle over gRPC until Ctrl-C. docs/serving.md tells what each limit is for."""
    from mimo_runtime.bundle.opening import open_at_terminal
    from mimo_runtime.serving.options import ServerOptions
    from mimo_runtime.serving.run import serve as run

    with lines_named(context):
        limits, bounds = limits_from(given)
        given["provenance"] = provenance_from(given)
        options = ServerOptions(
            max_sessions=sessions, max_waiting=waiting, limits=limits, **bounds, **given
        )
    run(open_at_terminal(bundle, shape, verify), listen, options, tell)


def tell(sentence: str) -> None:
    """Say what the server does; where nobody listens any more, it serves all the same."""
    try:
        click.echo(sentence)
    except OSError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
