"""The jobs of a state folder, as rows: every change of one is one transaction."""

import re
import secrets
import sqlite3
import time

from mimo_runtime.errors import (
    BusyError,
    InvalidRequestError,
    NotFoundError,
)
from mimo_runtime.jobs.database import Database
from mimo_runtime.jobs.job import Job, JobState, job_from
from mimo_runtime.jobs.limits import MAX_PRIORITY, JobLimits
from mimo_runtime.jobs.spec import JobSpec

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_OPEN = (JobState.QUEUED, JobState.RUNNING)


class JobTable:
    """Asked for, told of, cancelled and removed; from any thread. Each caller sees its own."""

    def __init__(self, database: Database, limits: JobLimits) -> None:
        self._database = database
        self._limits = limits

    def create(self, caller: str, request_id: str, spec: JobSpec, priority: int) -> Job:
        """A new job, or the one that this request has made before.

        Raises:
            InvalidRequestError: the id or the priority cannot be used, or the id is that of another
                request.
            NotFoundError: an input is not there, or not whole.
            BusyError: the caller, or all together, have as many jobs as may wait.
        """
        _check(request_id, priority)
        with self._database.transaction() as connection:
            query = "SELECT * FROM jobs WHERE caller = ? AND request_id = ?"
            if row := connection.execute(query, (caller, request_id)).fetchone():
                return _same(job_from(row), spec)
            self._check_room(connection, caller)
            self._use_assets(connection, caller, spec)
            job_id = f"{spec.task.value}_{secrets.token_hex(12)}"
            connection.execute(
                "INSERT INTO jobs (id, caller, request_id, spec, priority, state, created_s) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (job_id, caller, request_id, spec.to_json(), priority, JobState.QUEUED,
                 time.time()),
            )  # fmt: skip
            connection.executemany(
                "INSERT INTO job_assets (job, caller, sha256) VALUES (?, ?, ?)",
                [(job_id, caller, sha256) for sha256 in spec.digests()],
            )
            return job_from(_row(connection, job_id))

    def get(self, caller: str, job_id: str) -> Job:
        """One job of a caller. Raises NotFoundError."""
        with self._database.transaction() as connection:
            return job_from(_own_row(connection, caller, job_id))

    def listed(self, caller: str, state: JobState | None, count: int, before: int) -> list[Job]:
        """The newest `count` jobs of a caller whose number is below `before`; 0: of any number."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs WHERE caller = ?1 AND (?2 = '' OR state = ?2) "
                "AND (?3 = 0 OR number < ?3) ORDER BY number DESC LIMIT ?4",
                (caller, state or "", before, count),
            ).fetchall()
        return [job_from(row) for row in rows]

    def cancel(self, caller: str, job_id: str) -> Job:
        """End a job that has not ended; the job. Raises NotFoundError."""
        now_s = time.time()
        with self._database.transaction() as connection:
            _own_row(connection, caller, job_id)
            connection.execute(
                "UPDATE jobs SET state = ?, ended_s = ?, expires_s = ?, sequence = sequence + 1 "
                "WHERE id = ? AND state IN (?, ?)",
                (JobState.CANCELLED, now_s, now_s + self._limits.job_ttl_s, job_id, *_OPEN),
            )
            return job_from(_row(connection, job_id))

    def remove(self, job: Job) -> None:
        """Forget a job; its files are for others to remove."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM jobs WHERE id = ?", (job.id,))

    def expired(self) -> list[Job]:
        """Jobs that ended long ago."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs WHERE expires_s > 0 AND expires_s < ?", (time.time(),)
            ).fetchall()
        return [job_from(row) for row in rows]

    def _check_room(self, connection: sqlite3.Connection, caller: str) -> None:
        count = "SELECT COUNT(*) FROM jobs WHERE state IN (?, ?)"
        (held,) = connection.execute(count, _OPEN).fetchone()
        (own,) = connection.execute(f"{count} AND caller = ?", (*_OPEN, caller)).fetchone()
        if held >= self._limits.max_jobs or own >= self._limits.max_jobs_per_caller:
            raise BusyError(
                f"{held} jobs wait or run, {own} of them yours, which is all that this server "
                "takes; ask again when some have ended."
            )

    def _use_assets(self, connection: sqlite3.Connection, caller: str, spec: JobSpec) -> None:
        for sha256 in sorted(spec.digests()):
            used = connection.execute(
                "UPDATE assets SET expires_s = ? WHERE caller = ? AND sha256 = ? AND complete",
                (time.time() + self._limits.asset_ttl_s, caller, sha256),
            )
            if not used.rowcount:
                raise NotFoundError(f"There is no whole asset {sha256[:64]} here; upload it first.")


def _check(request_id: str, priority: int) -> None:
    if not _REQUEST_ID.fullmatch(request_id):
        raise InvalidRequestError(
            f"request_id is '{request_id[:64]}'; give 1 to 64 of A-Z a-z 0-9 . _ -, a new one for "
            "each job."
        )
    if abs(priority) > MAX_PRIORITY:
        raise InvalidRequestError(
            f"priority is {priority}; give {-MAX_PRIORITY} to {MAX_PRIORITY}."
        )


def _same(job: Job, spec: JobSpec) -> Job:
    if job.spec.to_json() != spec.to_json():
        raise InvalidRequestError(
            f"request_id '{job.request_id}' is that of job {job.id}, which is to make something "
            "else; choose a new one for each job."
        )
    return job


def _row(connection: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return row


def _own_row(connection: sqlite3.Connection, caller: str, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = _row(connection, job_id)
    if row is None or row["caller"] != caller:
        raise NotFoundError(
            f"There is no job '{job_id[:64]}' of yours here; 'ListJobs' tells which there are."
        )
    return row
