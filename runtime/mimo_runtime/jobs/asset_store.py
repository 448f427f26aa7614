"""The assets of a state folder: files and what is known of them, kept together."""

import hashlib
import threading
from pathlib import Path

from mimo_runtime.errors import DamagedUploadError, LimitExceededError
from mimo_runtime.files import file_hash, make_private_folder, publish
from mimo_runtime.jobs.asset import Asset, check_digest, check_name
from mimo_runtime.jobs.asset_table import AssetTable, no_asset
from mimo_runtime.jobs.upload import Upload

_PART = ".part"


class AssetStore:
    """Files of callers under `folder`, each caller's by themselves; from any thread.

    Nothing is shared between callers: to know a SHA-256 is not to have the file.
    """

    def __init__(self, folder: Path, table: AssetTable, max_asset_bytes: int) -> None:
        self._folder = folder
        self._table = table
        self._max_asset_bytes = max_asset_bytes
        self._uploads: dict[Path, Upload] = {}
        self._lock = threading.Lock()

    def get(self, caller: str, sha256: str) -> Asset:
        """What there is of a file. Raises NotFoundError, InvalidRequestError."""
        check_digest(sha256)
        for row in self._table.rows(caller, sha256):
            return self._asset(dict(row))
        raise no_asset(sha256)

    def listed(self, caller: str) -> list[Asset]:
        """All assets of a caller, the newest first."""
        return [self._asset(dict(row)) for row in self._table.rows(caller)]

    def path(self, caller: str, sha256: str) -> Path:
        """Where a whole asset lies."""
        return self._folder / hashlib.sha256(caller.encode()).hexdigest()[:32] / sha256

    def begin(self, caller: str, sha256: str, size_bytes: int, name: str) -> Upload | None:
        """What takes the rest of a file; None where it is whole already.

        An upload of the same file that is still open ends.

        Raises:
            InvalidRequestError: no SHA-256, or a name that cannot be shown.
            LimitExceededError, ResourceError: it is larger than what is accepted or kept.
        """
        self._check(sha256, size_bytes, name)
        path = self.path(caller, sha256)
        part = path.with_name(f"{sha256}{_PART}")
        with self._lock:
            if (open_upload := self._uploads.pop(part, None)) is not None:
                open_upload.close()
            if path.exists():
                self._table.reserve(caller, sha256, path.stat().st_size, name)
                self._table.complete(caller, sha256)
                return None
            self._table.reserve(caller, sha256, size_bytes, name)
            make_private_folder(part.parent)
            if part.exists() and part.stat().st_size > size_bytes:
                part.unlink()
            upload = self._uploads[part] = Upload(part, size_bytes)
        return upload

    def finish(self, caller: str, sha256: str, upload: Upload) -> Asset:
        """Keep a file that has arrived.

        Raises:
            DamagedUploadError: it is not whole, or not what its SHA-256 says; then it is gone.
        """
        self.leave(upload)
        if upload.offset < upload.size_bytes:
            raise DamagedUploadError(
                f"The file ended after {upload.offset} of {upload.size_bytes} bytes; send the rest."
            )
        if file_hash(upload.path) != sha256:
            upload.path.unlink()
            self._table.remove(caller, sha256)
            raise DamagedUploadError(
                f"What arrived has another SHA-256 than {sha256}; send the file again."
            )
        publish(upload.path, self.path(caller, sha256))
        self._table.complete(caller, sha256)
        return self.get(caller, sha256)

    def leave(self, upload: Upload) -> None:
        """Stop taking a file; what has arrived stays."""
        with self._lock:
            upload.close()
            if self._uploads.get(upload.path) is upload:
                del self._uploads[upload.path]

    def adopt(self, caller: str, file: Path, sha256: str, name: str) -> Asset:
        """Keep a whole file of the same file system, of which the SHA-256 is known.

        Raises:
            InvalidRequestError, LimitExceededError, ResourceError: as `begin`.
        """
        size_bytes = file.stat().st_size
        if (upload := self.begin(caller, sha256, size_bytes, name)) is not None:
            self.leave(upload)
            upload.path.unlink(missing_ok=True)
            publish(file, self.path(caller, sha256))
            self._table.complete(caller, sha256)
        return self.get(caller, sha256)

    def remove(self, caller: str, sha256: str) -> None:
        """Remove an asset. Raises NotFoundError, ProtocolError where a job needs it."""
        check_digest(sha256)
        self._table.remove(caller, sha256)
        self._unlink(caller, sha256)

    def sweep(self) -> None:
        """Remove what has expired."""
        for row in self._table.expired():
            self.remove(row["caller"], row["sha256"])

    def repair(self) -> None:
        """Remove, at the start of a server, files that no row tells of."""
        known = {self.path(row["caller"], row["sha256"]) for row in self._table.rows("")}
        for file in self._folder.glob("*/*"):
            if file.with_name(file.name.removesuffix(_PART)) not in known:
                file.unlink()

    def _unlink(self, caller: str, sha256: str) -> None:
        path = self.path(caller, sha256)
        path.unlink(missing_ok=True)
        path.with_name(f"{sha256}{_PART}").unlink(missing_ok=True)

    def _asset(self, row: dict[str, object]) -> Asset:
        part = self.path(str(row["caller"]), str(row["sha256"])).with_suffix(_PART)
        arrived = part.stat().st_size if part.exists() else 0
        values = row | {
            "complete": bool(row["complete"]),
            "committed_bytes": row["size_bytes"] if row["complete"] else arrived,
        }
        return Asset(**values)  # type: ignore[arg-type]  # as the columns

    def _check(self, sha256: str, size_bytes: int, name: str) -> None:
        check_digest(sha256)
        check_name(name)
        if not 0 < size_bytes <= self._max_asset_bytes:
            raise LimitExceededError(
                f"The file has {size_bytes} bytes and this server takes 1 to "
                f"{self._max_asset_bytes}; send a smaller one."
            )
