"""What a running stream is to go on with: its pictures while they arrive and are read."""

import threading
from dataclasses import replace
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError, ProtocolError
from mimo_runtime.runner.runner import RunningLive
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.live_change import LiveChange

PICTURES = frozenset({InputKind.CHARACTER, InputKind.MATTE, InputKind.SCENE_PICTURE})
_SCENE = frozenset({InputKind.SCENE_PICTURE})


class PictureExchange:
    """One change at a time: announced, or a scene picture that is sent by itself.

    What is sent comes from one thread, `answered` and `close` from any. The pictures lie in a
    folder in `parent`.
    """

    def __init__(self, limits: InputLimits, parent: Path | None) -> None:
        self._limits, self._parent = limits, parent
        self._lock = threading.Lock()
        self._change: LiveChange | None = None
        self._kinds: frozenset[InputKind] = frozenset()
        self._spool: Spool | None = None

    @property
    def unanswered(self) -> LiveChange | None:
        """The change of which no frame has told yet."""
        with self._lock:
            return self._change

    @property
    def displayed_frame(self) -> int | None:
        """What was seen by who asked for that change, where it was told."""
        change = self.unanswered
        return None if change is None else change.displayed_frame

    def announce(self, live: RunningLive, change: LiveChange, kinds: frozenset[InputKind]) -> None:
        """Begin a change, which `live` is given once pictures of all `kinds` are whole.

        Raises:
            ProtocolError: the one before it was not answered yet.
            InvalidRequestError: such pictures cannot be exchanged, or it has no number.
        """
        if kinds - PICTURES or (InputKind.MATTE in kinds and InputKind.CHARACTER not in kinds):
            raise InvalidRequestError(
                "In a running stream the character, with its matte, and the scene picture can be "
                "exchanged; open another stream for other inputs."
            )
        if not change.number:
            raise InvalidRequestError("The change has no number; count changes from 1.")
        self._begin(change, kinds)
        self._give(live)

    def slice(self, live: RunningLive, kind: InputKind, data: bytes, last: bool) -> None:
        """Add a slice of a picture.

        Raises:
            ProtocolError: it was not announced, or the one before it was not answered yet.
            LimitExceededError, ResourceError: it is too large, or the disk is full.
        """
        with self._lock:
            change, kinds, spool = self._change, self._kinds, self._spool
        if change is None and kind in _SCENE:
            self._begin(LiveChange(), _SCENE)
            spool = self._spool
        elif change is not None and (spool is None or kind not in kinds or spool.file(kind)):
            raise ProtocolError(_TOO_EARLY)
        if spool is None:
            raise ProtocolError(
                "In a running stream only a scene picture can be sent by itself; announce other "
                "pictures by a change ('inputs')."
            )
        spool.append(kind, "", data, last)
        if last:
            self._give(live)

    def answered(self) -> None:
        """Free the pictures of a change that holds, or was refused."""
        with self._lock:
            spool, self._spool = self._spool, None
            self._change = None
        if spool is not None:
            spool.close()

    def close(self) -> None:
        """Free all, as nothing is taken up any more."""
        self.answered()

    def _begin(self, change: LiveChange, kinds: frozenset[InputKind]) -> None:
        with self._lock:
            if self._change is not None:
                raise ProtocolError(_TOO_EARLY)
            self._spool = Spool(self._limits, self._parent) if kinds else None
            self._change, self._kinds = change, kinds

    def _give(self, live: RunningLive) -> None:
        """Have it taken up, if all of it is here."""
        with self._lock:
            change, kinds, spool = self._change, self._kinds, self._spool
        if change is None or (spool is not None and not spool.has(kinds)):
            return
        if spool is not None:
            change = replace(
                change,
                character=spool.file(InputKind.CHARACTER),
                matte=spool.file(InputKind.MATTE),
                scene=spool.file(InputKind.SCENE_PICTURE),
            )
        live.exchange(change)


_TOO_EARLY = (
    "Another change came before the one before it was answered (LiveApplied); wait for that."
)
