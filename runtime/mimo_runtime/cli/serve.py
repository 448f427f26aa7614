"""`mimo serve`: the gRPC server."""

from pathlib import Path

import click

from mimo_runtime.bundle import Shape
from mimo_runtime.cli.options import FILE, FOLDER, engine_options, examples, shape_options


@click.command(
    epilog=examples(
        "mimo serve --bundle bundles/mimo",
        "mimo serve --bundle b --listen 0.0.0.0:50051 --tls-certificate c.pem --tls-key k.pem",
    )
)
@click.option("--bundle", required=True, type=FOLDER, help="Bundle made by 'mimo export'.")
@shape_options
@click.option("--listen", default="127.0.0.1:50051", show_default=True, help="HOST:PORT.")
@engine_options
@click.option("--sessions", type=int, default=1, show_default=True, help="Worked on at once.")
@click.option("--waiting", type=int, default=4, show_default=True, help="May wait beside them.")
@click.option("--tls-certificate", type=FILE, help="PEM file of the server's certificate.")
@click.option("--tls-key", type=FILE, help="PEM file of its key.")
@click.option("--insecure", is_flag=True, help="Allow other machines to connect without TLS.")
def serve(
    bundle: Path,
    shape: Shape | None,
    verify: bool,
    listen: str,
    engine: str,
    threads: int,
    sessions: int,
    waiting: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    insecure: bool,
) -> None:
    """Serve a bundle over gRPC until Ctrl-C."""
    from mimo_runtime.bundle.opening import open_at_terminal
    from mimo_runtime.serving.options import ServerOptions
    from mimo_runtime.serving.run import serve as run

    options = ServerOptions(
        max_sessions=sessions,
        max_waiting=waiting,
        engine=engine,
        threads=threads,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        insecure=insecure,
    )
    run(open_at_terminal(bundle, shape, verify), listen, options, click.echo)
