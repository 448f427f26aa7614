"""A video that is sent piece by piece, and signed once all of it was made."""

import asyncio
from pathlib import Path
from typing import BinaryIO

from mimo_runtime.files import write_errors
from mimo_runtime.sessions.encoding import EncodedFrames
from mimo_runtime.sessions.session import Session
from mimo_runtime.wire.kinds import OutputKind

_NAME = "sent.mp4"


class SentVideo:
    """A copy of what is sent, in the folder of its session, which removes it."""

    def __init__(self, session: Session, kind: OutputKind) -> None:
        self._session = session
        self._is_video = kind is OutputKind.VIDEO
        self._path: Path = session.spool.folder / _NAME
        self._file: BinaryIO | None = None

    async def add(self, frames: EncodedFrames) -> None:
        """Keep the next piece, where it will be signed. Raises ResourceError."""
        if self._is_video and self._session.seal is not None:
            await asyncio.to_thread(self._write, frames.data)

    async def manifest(self) -> bytes:
        """What signs all of it, b"" where nothing does. Raises MimoError."""
        if self._file is None:
            return b""
        self.close()
        return await asyncio.to_thread(self._signed)

    def close(self) -> None:
        """Let go of the file; that may be said twice."""
        if self._file is not None:
            self._file.close()

    def _write(self, data: bytes) -> None:
        with write_errors(self._path):
            self._file = self._file or self._path.open("wb")
            self._file.write(data)

    def _signed(self) -> bytes:
        assert self._session.seal is not None  # or nothing was kept
        with write_errors(self._path):
            return self._session.seal.manifest(self._path)
