"""Inputs of a stream that lie on the server already."""

import asyncio
from collections.abc import Iterable
from typing import Any

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import NotFoundError, UnsupportedError
from mimo_runtime.jobs.asset_store import AssetStore
from mimo_runtime.serving import requests
from mimo_runtime.serving.callers import caller_of
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.wire.kinds import InputKind


async def adopt_assets(
    assets: AssetStore | None, context: Any, named: Iterable[pb.AssetInput], spool: Spool
) -> None:
    """Take the assets that a config names into the spool of its stream.

    Raises:
        UnsupportedError: this server keeps none.
        NotFoundError: there is no such asset of the caller's.
        MimoError: as `Spool.adopt`.
    """
    caller = caller_of(context)
    for each in named:
        if assets is None:
            raise UnsupportedError(
                "This server keeps no assets, since it has no state folder; send the inputs."
            )
        await asyncio.to_thread(_adopt, assets, caller, each, spool)


def _adopt(assets: AssetStore, caller: str, named: pb.AssetInput, spool: Spool) -> None:
    asset = assets.get(caller, named.sha256)
    if not asset.complete:
        raise NotFoundError(f"The asset {asset.sha256} is not whole yet; upload the rest.")
    kind = requests.input_of(named.input)
    name = named.name or (asset.name if kind is InputKind.MOTION_FILE else "")
    spool.adopt(kind, name, assets.path(caller, asset.sha256))
