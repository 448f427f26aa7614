"""Another scene for a stream that runs: its picture while it arrives and is read."""

import threading
from pathlib import Path

from mimo_runtime.errors import ProtocolError
from mimo_runtime.runner.runner import RunningLive
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.wire.kinds import InputKind


class SceneExchange:
    """Slices come from one thread, `close` from any. The picture lies in a folder in `parent`."""

    def __init__(self, limits: InputLimits, parent: Path | None) -> None:
        self._limits, self._parent = limits, parent
        self._lock = threading.Lock()
        self._spool: Spool | None = None

    def slice(self, live: RunningLive, data: bytes, last: bool) -> None:
        """Add a slice of the picture, which `live` takes up when it is whole.

        Raises:
            ProtocolError: the one before it is not applied yet.
            LimitExceededError, ResourceError: it is too large, or the disk is full.
        """
        with self._lock:
            if self._spool is None:
                self._spool = Spool(self._limits, self._parent)
            spool = self._spool
        if spool.file(InputKind.SCENE_PICTURE):
            raise ProtocolError(
                "Another scene came before the one before it was applied; wait for that."
            )
        spool.append(InputKind.SCENE_PICTURE, "", data, last)
        if last and (picture := spool.file(InputKind.SCENE_PICTURE)):
            live.exchange_scene(picture)

    def close(self) -> None:
        """Free the picture of a scene that was read, or never will be."""
        with self._lock:
            spool, self._spool = self._spool, None
        if spool is not None:
            spool.close()
