"""Assets as messages of the wire."""

from mimo.v1 import assets_pb2 as pb
from mimo_runtime.jobs.asset import Asset


def asset_message(asset: Asset) -> pb.Asset:
    """An asset as it is told of."""
    return pb.Asset(
        sha256=asset.sha256,
        size_bytes=asset.size_bytes,
        committed_bytes=asset.committed_bytes,
        name=asset.name,
        created_s=asset.created_s,
        expires_s=asset.expires_s,
        complete=asset.complete,
    )
