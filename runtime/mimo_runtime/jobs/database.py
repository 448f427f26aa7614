"""The database of a state folder: every change is on disk before it is told."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mimo_runtime.errors import InvalidRequestError, ResourceError

# Each makes the next version of what the one before it has made.
_SCHEMAS: Final = (
    """
CREATE TABLE assets (
    caller TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL, name TEXT NOT NULL,
    complete INTEGER NOT NULL, created_s REAL NOT NULL, expires_s REAL NOT NULL,
    PRIMARY KEY (caller, sha256)
);
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, caller TEXT NOT NULL,
    request_id TEXT NOT NULL, spec TEXT NOT NULL, priority INTEGER NOT NULL,
    state TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 1, attempts INTEGER NOT NULL DEFAULT 0,
    created_s REAL NOT NULL, started_s REAL NOT NULL DEFAULT 0, ended_s REAL NOT NULL DEFAULT 0,
    expires_s REAL NOT NULL DEFAULT 0, progress TEXT NOT NULL DEFAULT '',
    output TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '',
    result_bytes INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '', sentence TEXT NOT NULL DEFAULT '',
    UNIQUE (caller, request_id)
);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE TABLE job_assets (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, caller TEXT NOT NULL,
    sha256 TEXT NOT NULL
);
CREATE INDEX job_assets_by_asset ON job_assets (caller, sha256);
CREATE INDEX job_assets_by_job ON job_assets (job);
CREATE TABLE turns (caller TEXT PRIMARY KEY, turn INTEGER NOT NULL);
""",
    "ALTER TABLE jobs ADD COLUMN fruitless INTEGER NOT NULL DEFAULT 0;",
)
_OF_THE_DISK: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_BUSY")
_SETTINGS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what was purged is not to be found in the file
)


class Database:
    """One connection, used by one thread at a time.

    Raises:
        InvalidRequestError: the file is none of ours, or of a newer program.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=60
            )
            self._connection.row_factory = sqlite3.Row
            for setting in _SETTINGS:
                self._connection.execute(setting)
            self._make()
        except sqlite3.Error as error:
            raise InvalidRequestError(
                f"The jobs of {path} cannot be read: {error}; name another state folder."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection for one change, all of which holds or none.

        Raises:
            ResourceError: the disk is full, or cannot be written.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:  # a full disk has ended it already
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:
                if not str(error.sqlite_errorname).startswith(_OF_THE_DISK):
                    raise
                raise ResourceError(
                    f"The server cannot write its jobs down: {error}; try again when its disk has "
                    "room."
                ) from error

    def forget(self) -> None:
        """Have the log that precedes the file hold nothing that was removed."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _make(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(_SCHEMAS):
            raise sqlite3.DatabaseError("a newer version of this program made them")
        for number, schema in enumerate(_SCHEMAS[version:], version + 1):
            self._connection.executescript(f"BEGIN; {schema} PRAGMA user_version={number}; COMMIT;")
