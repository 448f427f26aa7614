"""The file that a job makes, while it is made."""

import zipfile
from pathlib import Path
from typing import Protocol

from mimo_runtime.errors import ResourceError
from mimo_runtime.files import file_hash, write_errors
from mimo_runtime.jobs.job import JobResult
from mimo_runtime.media.remux import remux
from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sound import Sound
from mimo_runtime.sessions.encoding import EncodedFrames
from mimo_runtime.wire.kinds import OutputKind

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal jobs give equal bytes


class ResultFile(Protocol):
    """Takes encoded frames in order; then it is one file."""

    media_type: str
    suffix: str

    def append(self, frames: EncodedFrames) -> None:
        """Keep the next piece."""

    def finish(self, seal: Seal | None, sound: Sound | None) -> Path:
        """The whole file, signed and heard where it can be; nothing more comes."""

    def close(self) -> None:
        """Let go of what is open; that may be said twice."""


class MovieFile:
    """Pieces of a fragmented MP4, made into a plain one at the end, with its index in front."""

    media_type = "video/mp4"
    suffix = ".mp4"

    def __init__(self, folder: Path) -> None:
        self._pieces = folder / "pieces.mp4"
        self._whole = folder / "whole.mp4"
        self._file = self._pieces.open("wb")

    def append(self, frames: EncodedFrames) -> None:
        """Keep the next piece."""
        self._file.write(frames.data)

    def finish(self, seal: Seal | None, sound: Sound | None) -> Path:
        """The whole file."""
        self._file.close()
        remux(self._pieces, self._whole, sound)
        if seal is not None:
            seal.file(self._whole)
        return self._whole

    def close(self) -> None:
        """Let go of what is open."""
        self._file.close()


class PicturesFile:
    """A ZIP file of frame_000000.png and so on, not compressed again."""

    media_type = "application/zip"
    suffix = ".zip"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "frames.zip"
        self._file = zipfile.ZipFile(self._path, "w")

    def append(self, frames: EncodedFrames) -> None:
        """Keep the next frame."""
        entry = zipfile.ZipInfo(f"frame_{frames.first_frame:06d}.png", _LONG_AGO)
        entry.external_attr = 0o644 << 16
        self._file.writestr(entry, frames.data)

    def finish(self, seal: Seal | None, sound: Sound | None) -> Path:  # noqa: ARG002
        """The whole file, whose pictures are signed each."""
        self._file.close()
        return self._path

    def close(self) -> None:
        """Let go of what is open."""
        self._file.close()


class BoundedResult:
    """A result file of at most `max_bytes`, for whose errors sentences are said."""

    def __init__(self, kind: OutputKind, folder: Path, max_bytes: int) -> None:
        with write_errors(folder):
            self._file: ResultFile = (
                MovieFile(folder) if kind is OutputKind.VIDEO else PicturesFile(folder)
            )
        self._folder = folder
        self._max_bytes, self._kept_bytes = max_bytes, 0

    def append(self, frames: EncodedFrames) -> None:
        """Keep the next piece.

        Raises:
            ResourceError: the disk is full, or so is what the server keeps.
        """
        self._check(len(frames.data))
        with write_errors(self._folder):
            self._file.append(frames)

    def finish(
        self, job_id: str, seal: Seal | None = None, sound: Sound | None = None
    ) -> tuple[Path, JobResult]:
        """The whole file, under a temporary name, and what is told of it; errors as in `append`."""
        with write_errors(self._folder):
            path = self._file.finish(seal, sound)
            size_bytes, sha256 = path.stat().st_size, file_hash(path)
        self._check(size_bytes - self._kept_bytes)
        name = f"{job_id}{self._file.suffix}"
        return path, JobResult(size_bytes, sha256, self._file.media_type, name)

    def close(self) -> None:
        """Let go of what is open."""
        self._file.close()

    def _check(self, more_bytes: int) -> None:
        self._kept_bytes += more_bytes
        if self._kept_bytes > self._max_bytes:
            raise ResourceError(
                "The result is more than the server may still keep; purge jobs or delete assets, "
                "and ask again."
            )
