"""`mimo assets`: files that a server keeps."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.cli.connecting import (
    clock,
    connect,
    json_option,
    print_messages,
    server_options,
    size,
)
from mimo_runtime.cli.options import FILE, examples

if TYPE_CHECKING:
    from mimo.v1 import assets_pb2 as pb

_SHA256 = click.argument("sha256")


@click.group(
    epilog=examples(
        "export MIMO_SERVER=gpu1:50051",
        "mimo assets put me.png dance.mp4",
        "mimo assets list",
    )
)
def assets() -> None:
    """Files that a server keeps for jobs and streams, by their SHA-256."""


@assets.command()
@server_options
@click.argument("files", nargs=-1, required=True, type=FILE)
def put(server: str, tls_root: Path | None, files: tuple[Path, ...]) -> None:
    """Send files, or what the server has not got of them; prints their SHA-256."""
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.client.assets import put_asset
    from mimo_runtime.wire.progress import Progress

    with connect(server, tls_root) as connection, ProgressBars() as bars:
        for file in files:

            def show_bytes(done: int, total: int, name: str = file.name) -> None:
                bars(Progress(name, done, total))

            asset = put_asset(connection, file, file.name, show_bytes)
            click.echo(f"{asset.sha256}  {file}")


@assets.command("list")
@server_options
@json_option
def list_(server: str, tls_root: Path | None, as_json: bool) -> None:
    """The files of whoever asks, the newest first."""
    from mimo_runtime.client.assets import list_assets

    with connect(server, tls_root) as connection:
        answer = list_assets(connection)
    print_messages(answer.assets, as_json, _row)
    if not as_json:
        click.echo(f"{size(answer.stored_bytes)} are kept, results among them.")


@assets.command()
@server_options
@json_option
@_SHA256
def show(server: str, tls_root: Path | None, as_json: bool, sha256: str) -> None:
    """What the server has of a file."""
    from mimo_runtime.client.assets import get_asset

    with connect(server, tls_root) as connection:
        print_messages([get_asset(connection, sha256)], as_json, _row)


@assets.command()
@server_options
@click.argument("sha256", nargs=-1, required=True)
def rm(server: str, tls_root: Path | None, sha256: tuple[str, ...]) -> None:
    """Remove files."""
    from mimo_runtime.client.assets import delete_asset

    with connect(server, tls_root) as connection:
        for each in sha256:
            delete_asset(connection, each)


def _row(asset: "pb.Asset") -> tuple[str, ...]:
    share = "" if asset.complete else f"{size(asset.committed_bytes)} of it are there"
    until = f"until {clock(asset.expires_s)}"
    return (asset.sha256, size(asset.size_bytes), until, asset.name, share)
