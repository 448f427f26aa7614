"""The assets of a state folder: files and what is known of them, kept together."""

import contextlib
import hashlib
import threading
from pathlib import Path

from mimo_runtime.errors import DamagedUploadError, LimitExceededError
from mimo_runtime.files import file_hash, make_private_folder, sync_file, sync_folder
from mimo_runtime.jobs.asset import Asset, check_digest, check_name
from mimo_runtime.jobs.asset_table import AssetTable, no_asset
from mimo_runtime.jobs.upload import Upload, superseded

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
        part = self._part(caller, sha256)
        with self._lock:
            if self._take_over(caller, sha256, size_bytes, name):
                return None
            if part.exists() and part.stat().st_size > size_bytes:
                part.unlink()
            upload = self._uploads[part] = Upload(part, size_bytes)
        return upload

    def finish(self, caller: str, sha256: str, upload: Upload) -> Asset:
        """Keep a file that has arrived.

        Raises:
            DamagedUploadError: it is not whole, or not what its SHA-256 says; then it is gone.
            ProtocolError: another call sends it now, or it was removed meanwhile.
        """
        if upload.offset < upload.size_bytes:
            self.leave(upload)
            raise DamagedUploadError(
                f"The file ended after {upload.offset} of {upload.size_bytes} bytes; send the rest."
            )
        with contextlib.suppress(FileNotFoundError):  # removed meanwhile, as is said below
            if file_hash(upload.path) != sha256:
                self._forget(caller, sha256, upload)
                raise DamagedUploadError(
                    f"What arrived has another SHA-256 than {sha256}; send the file again."
                )
            sync_file(upload.path)
        with self._lock:
            upload.close()
            if self._uploads.get(upload.path) is not upload:
                raise superseded()
            del self._uploads[upload.path]
            self._place(caller, sha256, upload.path)
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
        self._check(sha256, size_bytes, name)
        sync_file(file)
        with self._lock:
            if not self._take_over(caller, sha256, size_bytes, name):
                self._place(caller, sha256, file)
        return self.get(caller, sha256)

    def remove(self, caller: str, sha256: str) -> None:
        """Remove an asset, and end the call that sends it.

        Raises:
            NotFoundError: there is none.
            ProtocolError: a job needs it.
        """
        check_digest(sha256)
        with self._lock:
            self._table.remove(caller, sha256)
            self._end_upload(caller, sha256)
            self._part(caller, sha256).unlink(missing_ok=True)
            self.path(caller, sha256).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what has expired."""
        for row in self._table.expired():
            if self._part(row["caller"], row["sha256"]) not in self._uploads:
                self.remove(row["caller"], row["sha256"])

    def repair(self) -> None:
        """Remove, at the start of a server, files that no row tells of."""
        known = {self.path(row["caller"], row["sha256"]) for row in self._table.rows("")}
        for file in self._folder.glob("*/*"):
            if file.with_name(file.name.removesuffix(_PART)) not in known:
                file.unlink()

    def _take_over(self, caller: str, sha256: str, size_bytes: int, name: str) -> bool:
        """Have room for a file, whoever sent it until now; whether it is whole already."""
        self._end_upload(caller, sha256)
        path = self.path(caller, sha256)
        whole = path.exists()
        stored_bytes = path.stat().st_size if whole else size_bytes
        self._table.reserve(caller, sha256, stored_bytes, name)
        if whole:
            self._table.complete(caller, sha256)
        else:
            make_private_folder(path.parent)
        return whole

    def _place(self, caller: str, sha256: str, file: Path) -> None:
        """Give a whole file, which is on the disk, its name."""
        path = self.path(caller, sha256)
        file.replace(path)
        self._part(caller, sha256).unlink(missing_ok=True)
        sync_folder(path.parent)
        self._table.complete(caller, sha256)

    def _end_upload(self, caller: str, sha256: str) -> None:
        upload = self._uploads.pop(self._part(caller, sha256), None)
        if upload is not None:
            upload.close()

    def _forget(self, caller: str, sha256: str, upload: Upload) -> None:
        with self._lock:
            upload.close()
            if self._uploads.get(upload.path) is upload:
                del self._uploads[upload.path]
                self._table.remove(caller, sha256)
                upload.path.unlink()

    def _part(self, caller: str, sha256: str) -> Path:
        return self.path(caller, sha256).with_suffix(_PART)

    def _asset(self, row: dict[str, object]) -> Asset:
        part = self._part(str(row["caller"]), str(row["sha256"]))
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
