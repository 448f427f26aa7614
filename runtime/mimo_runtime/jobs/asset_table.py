"""The assets of a state folder, as rows, and what all that is kept takes."""

import sqlite3
import time

from mimo_runtime.errors import NotFoundError, ProtocolError, ResourceError
from mimo_runtime.jobs.database import Database
from mimo_runtime.jobs.job import JobState
from mimo_runtime.jobs.limits import JobLimits
from mimo_runtime.sessions.quotas import Quotas

_STORED = (
    "SELECT COALESCE((SELECT SUM(size_bytes) FROM assets WHERE ?1 = '' OR caller = ?1), 0)"
    " + COALESCE((SELECT SUM(result_bytes) FROM jobs WHERE ?1 = '' OR caller = ?1), 0)"
)
_NEEDED_BY = (
    "SELECT jobs.id FROM job_assets JOIN jobs ON jobs.id = job_assets.job "
    f"WHERE jobs.state IN ('{JobState.QUEUED}', '{JobState.RUNNING}') "
    "AND job_assets.caller = ? AND job_assets.sha256 = ?"
)


class AssetTable:
    """Rows of assets, whole or not; from any thread. A row holds the room of the whole file."""

    def __init__(self, database: Database, limits: JobLimits, quotas: Quotas) -> None:
        self._database = database
        self._limits = limits
        self._quotas = quotas

    def limit_bytes(self, caller: str) -> float:
        """How much may be kept for a caller."""
        quota = self._quotas.of(caller)
        return min(self._limits.max_stored_bytes_per_caller, quota.stored_bytes)

    def reserve(self, caller: str, sha256: str, size_bytes: int, name: str) -> None:
        """Have room for a file that will come.

        Raises:
            ResourceError: all that is kept would be more than the budget of the caller, or of all.
        """
        now_s = time.time()
        with self._database.transaction() as connection:
            query = "SELECT size_bytes FROM assets WHERE caller = ? AND sha256 = ?"
            row = connection.execute(query, (caller, sha256)).fetchone()
            self._check_room(connection, caller, size_bytes - (row["size_bytes"] if row else 0))
            connection.execute(
                "INSERT INTO assets VALUES (?, ?, ?, ?, 0, ?, ?) ON CONFLICT DO UPDATE SET "
                "expires_s = excluded.expires_s, "
                "name = IIF(excluded.name = '', name, excluded.name), "
                "size_bytes = IIF(complete, size_bytes, excluded.size_bytes)",
                (caller, sha256, size_bytes, name, now_s, now_s + self._limits.asset_ttl_s),
            )

    def complete(self, caller: str, sha256: str) -> None:
        """Note that a file is whole."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE assets SET complete = 1 WHERE caller = ? AND sha256 = ?", (caller, sha256)
            )

    def rows(self, caller: str, sha256: str = "") -> list[sqlite3.Row]:
        """The rows of a caller, the newest first, or that of one asset; "": of every caller."""
        with self._database.transaction() as connection:
            return connection.execute(
                "SELECT * FROM assets WHERE (?1 = '' OR caller = ?1) AND (?2 = '' OR sha256 = ?2) "
                "ORDER BY created_s DESC",
                (caller, sha256),
            ).fetchall()

    def stored_bytes(self, caller: str = "") -> int:
        """What assets and results of a caller take, or of all."""
        with self._database.transaction() as connection:
            return int(connection.execute(_STORED, (caller,)).fetchone()[0])

    def remove(self, caller: str, sha256: str) -> None:
        """Forget an asset; its file is for others to remove.

        Raises:
            NotFoundError: there is none.
            ProtocolError: a job that waits or runs needs it.
        """
        with self._database.transaction() as connection:
            if needed := connection.execute(_NEEDED_BY, (caller, sha256)).fetchone():
                raise ProtocolError(
                    f"The job {needed['id']} needs the asset {sha256}; cancel it first, or wait."
                )
            query = "DELETE FROM assets WHERE caller = ? AND sha256 = ?"
            if not connection.execute(query, (caller, sha256)).rowcount:
                raise no_asset(sha256)

    def expired(self) -> list[sqlite3.Row]:
        """Rows that nobody has used for long and no job needs."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT * FROM assets WHERE expires_s < ?", (time.time(),)
            ).fetchall()
            needed = [
                connection.execute(_NEEDED_BY, (row["caller"], row["sha256"])).fetchone()
                for row in rows
            ]
        return [row for row, job in zip(rows, needed, strict=True) if job is None]

    def _check_room(self, connection: sqlite3.Connection, caller: str, size_bytes: int) -> None:
        if size_bytes <= 0:
            return
        for whose, limit_bytes in (
            (caller, self.limit_bytes(caller)),
            ("", self._limits.max_stored_bytes),
        ):
            (stored_bytes,) = connection.execute(_STORED, (whose,)).fetchone()
            if stored_bytes + size_bytes > limit_bytes:
                raise ResourceError(
                    f"{size_bytes} bytes more than the {stored_bytes} that are kept for "
                    f"{'you' if whose else 'everybody'} are over the {limit_bytes:.0f} that this "
                    "server keeps; purge jobs or delete assets, or try again when some have "
                    "expired."
                )


def no_asset(sha256: str) -> NotFoundError:
    """That a caller has no such asset."""
    return NotFoundError(
        f"There is no asset '{sha256[:64]}' of yours here; 'ListAssets' tells which there are."
    )
