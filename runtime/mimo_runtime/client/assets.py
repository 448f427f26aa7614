"""Files that a server keeps: sent once, gone on with where that broke off."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from mimo.v1 import assets_pb2 as pb
from mimo_runtime.client.connection import Connection
from mimo_runtime.errors import NotFoundError
from mimo_runtime.files import read_input

SLICE_BYTES = 256 * 1024

OnBytes = Callable[[int, int], None]  # sent so far, altogether


def put_asset(
    connection: Connection, data: bytes | Path, name: str, on_bytes: OnBytes = lambda *_: None
) -> pb.Asset:
    """Send a file, or what the server has not got of it; the asset.

    A line that breaks is waited for and the upload goes on.

    Raises:
        MediaError: the file cannot be read.
        MimoError: as the server says it.
    """
    content = read_input(data) if isinstance(data, Path) else data
    header = pb.UploadHeader(
        sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), name=name
    )
    retries = connection.retries()
    while True:
        with retries:
            offset = _committed(connection, header.sha256)
            requests = _requests(header, content, offset, on_bytes)
            return connection.send(connection.assets.UploadAsset, requests).asset


def list_assets(connection: Connection) -> pb.ListAssetsResponse:
    """All files of the caller, and what is kept for it. Raises MimoError."""
    return connection.ask(connection.assets.ListAssets, pb.ListAssetsRequest())


def get_asset(connection: Connection, sha256: str) -> pb.Asset:
    """What the server has of a file. Raises MimoError."""
    return connection.ask(connection.assets.GetAsset, pb.GetAssetRequest(sha256=sha256)).asset


def delete_asset(connection: Connection, sha256: str) -> None:
    """Remove a file. Raises MimoError."""
    connection.ask(connection.assets.DeleteAsset, pb.DeleteAssetRequest(sha256=sha256))


def _committed(connection: Connection, sha256: str) -> int:
    try:
        return get_asset(connection, sha256).committed_bytes
    except NotFoundError:
        return 0


def _requests(
    header: pb.UploadHeader, content: bytes, offset: int, on_bytes: OnBytes
) -> Iterator[pb.UploadAssetRequest]:
    yield pb.UploadAssetRequest(header=header)
    for start in range(offset, len(content), SLICE_BYTES):
        data = content[start : start + SLICE_BYTES]
        chunk = pb.UploadChunk(offset=start, data=data, crc32c=_crc32c(data))
        yield pb.UploadAssetRequest(chunk=chunk)
        on_bytes(start + len(data), len(content))


def _crc32c(data: bytes) -> int | None:
    """The CRC-32C, where there is a library that makes it; the SHA-256 is checked in any case."""
    try:
        import google_crc32c
    except ImportError:
        return None
    return int(google_crc32c.value(data))
