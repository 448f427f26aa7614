"""`mimo server`: what whoever runs a server asks of it."""

from pathlib import Path

import click

from mimo_runtime.cli.connecting import connect, json_option, print_messages, server_options
from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import examples


@click.group(
    epilog=examples(
        "mimo server health --server gpu1:50051",
        "MIMO_TOKEN=... mimo server drain --server gpu1:50051",
    )
)
def server() -> None:
    """Asks a server how it is, what it runs and what is open, and has it end."""


@server.command()
@server_options
def health(server: str, tls_root: Path | None) -> None:
    """Whether the server takes work; the exit code says it."""
    from mimo_runtime.client.operations import check_health

    with connect(server, tls_root) as connection:
        check_health(connection)
    click.echo(f"{server} takes work.")


@server.command()
@server_options
@json_option
def info(server: str, tls_root: Path | None, as_json: bool) -> None:
    """What the server runs and accepts."""
    from mimo_runtime.client.operations import server_info

    with connect(server, tls_root) as connection:
        answer = server_info(connection)
    if as_json:
        print_messages([answer], True, lambda _: ())
        return
    bundle = answer.bundle
    click.echo(
        f"{server} runs mimo {answer.version} with {bundle.name}, {bundle.width_px}x"
        f"{bundle.height_px} px and {counted(bundle.window_frames, 'frame')} at a time "
        f"({bundle.model_sha256[:16]}); {answer.max_sessions} at work at once, "
        f"{answer.max_waiting} may wait."
    )


@server.command()
@server_options
@json_option
def streams(server: str, tls_root: Path | None, as_json: bool) -> None:
    """What is open on the server; for its operators."""
    from mimo_runtime.client.operations import open_streams

    with connect(server, tls_root) as connection:
        answer = open_streams(connection)
    print_messages(
        answer.streams, as_json,
        lambda each: (
            each.host, f"{each.age_s:.0f} s", f"waited for {each.lag_s:.1f} s",
            "settled" if each.settled else "",
        ),
    )  # fmt: skip
    if not as_json:
        click.echo(
            f"{counted(len(answer.streams), 'stream')} open, {counted(answer.running_jobs, 'job')} "
            f"at work, {answer.queued_jobs} waiting."
        )


@server.command()
@server_options
def drain(server: str, tls_root: Path | None) -> None:
    """Have the server end: what is at work may finish; for its operators."""
    from mimo_runtime.client.operations import drain as run

    with connect(server, tls_root) as connection:
        answer = run(connection)
    click.echo(f"{server} is ending; what is at work has {answer.drain_s:g} s.")
