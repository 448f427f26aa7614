"""The way of a job through its states, as the one who works on it writes it down."""

import sqlite3
import time

from mimo_runtime.jobs.database import Database
from mimo_runtime.jobs.job import (
    Job,
    JobResult,
    JobState,
    job_from,
    output_text,
    progress_text,
    result_text,
)
from mimo_runtime.jobs.limits import MAX_ATTEMPTS, JobLimits
from mimo_runtime.jobs.turns import Waiting, order_of_turns
from mimo_runtime.synthesis.request import OutputFormat
from mimo_runtime.wire.progress import Progress

_RECENT = 20  # jobs whose duration says how long the next ones will take


class JobProgress:
    """Takes the next job and tells what becomes of it; from any thread.

    A job that is not running any more, since it was cancelled or removed, stays as it is.
    """

    def __init__(self, database: Database, limits: JobLimits) -> None:
        self._database = database
        self._limits = limits

    def queue(self) -> list[int]:
        """The numbers of the jobs that wait, in the order of their turns."""
        with self._database.transaction() as connection:
            return _queue(connection)

    def recent_s(self) -> float:
        """How long a job took lately, in seconds; 0 where none has succeeded."""
        with self._database.transaction() as connection:
            (mean_s,) = connection.execute(
                "SELECT AVG(ended_s - started_s) FROM (SELECT ended_s, started_s FROM jobs "
                "WHERE state = ? ORDER BY ended_s DESC LIMIT ?)",
                (JobState.SUCCEEDED, _RECENT),
            ).fetchone()
        return float(mean_s or 0)

    def result_names(self) -> set[str]:
        """The names of all result files."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM jobs WHERE result != ''").fetchall()
        return {job.result.file_name for job in map(job_from, rows) if job.result}

    def take(self) -> Job | None:
        """The job whose turn it is, which runs from now on; None where none waits."""
        with self._database.transaction() as connection:
            if not (numbers := _queue(connection)):
                return None
            connection.execute(
                "UPDATE jobs SET state = ?, started_s = ?, attempts = attempts + 1, "
                "fruitless = fruitless + 1, sequence = sequence + 1, progress = '' "
                "WHERE number = ?",
                (JobState.RUNNING, time.time(), numbers[0]),
            )
            query = "SELECT * FROM jobs WHERE number = ?"
            job = job_from(connection.execute(query, (numbers[0],)).fetchone())
            connection.execute(
                "INSERT OR REPLACE INTO turns SELECT ?, COALESCE(MAX(turn), 0) + 1 FROM turns",
                (job.caller,),
            )
            return job

    def tell(self, job_id: str, progress: Progress, percent: int) -> None:
        """Note how far a stage, and the work as a whole, is."""
        self._set(job_id, "progress = ?", progress_text(progress, percent))

    def plan(self, job_id: str, output: OutputFormat) -> None:
        """Note what will be delivered."""
        self._set(job_id, "output = ?", output_text(output))

    def succeed(self, job_id: str, result: JobResult) -> bool:
        """Note that the result is there; whether anybody still wants it."""
        values = "result = ?, result_bytes = ?, progress = ''"
        return self._end(job_id, JobState.SUCCEEDED, values, result_text(result), result.size_bytes)

    def fail(self, job_id: str, reason: str, sentence: str) -> None:
        """Note why the job cannot be done."""
        values = "reason = ?, sentence = ?, progress = ''"
        self._end(job_id, JobState.FAILED, values, reason, sentence)

    def gain(self, job_id: str) -> None:
        """Note that this attempt has got further than those before it."""
        self._set(job_id, "fruitless = 0")

    def wait_again(self, job_id: str) -> None:
        """Have a job begin again whose attempt was none, for it was stopped."""
        with self._database.transaction() as connection:
            _queue_again(connection, job_id, uncounted=1)

    def lose(self, job_id: str, reason: str, sentence: str) -> None:
        """Have a job begin again that lost what worked on it, unless that led nowhere too often."""
        with self._database.transaction() as connection:
            query = "SELECT fruitless FROM jobs WHERE id = ? AND state = ?"
            row = connection.execute(query, (job_id, JobState.RUNNING)).fetchone()
            again = row is not None and row["fruitless"] < MAX_ATTEMPTS
            if again:
                _queue_again(connection, job_id, uncounted=0)
        if not again:
            self.fail(job_id, reason, sentence)

    def running(self) -> list[str]:
        """The ids of the jobs that run."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT id FROM jobs WHERE state = ?", (JobState.RUNNING,))
            return [row["id"] for row in rows]

    def open_ids(self) -> set[str]:
        """The ids of the jobs that wait or run."""
        with self._database.transaction() as connection:
            query = "SELECT id FROM jobs WHERE state IN (?, ?)"
            rows = connection.execute(query, (JobState.QUEUED, JobState.RUNNING))
            return {row["id"] for row in rows}

    def recover(self) -> None:
        """Have every job wait that ran when the server was killed, unless that led nowhere."""
        lost = (
            f"The server was lost {MAX_ATTEMPTS} times while it worked on this job, and nothing "
            "more of it was finished; it is not begun again. Ask for a smaller one, or tell "
            "whoever runs the server."
        )
        for job_id in self.running():
            self.lose(job_id, "SERVER_LOST", lost)

    def _set(self, job_id: str, values: str, *given: object) -> bool:
        with self._database.transaction() as connection:
            changed = connection.execute(
                f"UPDATE jobs SET {values}, sequence = sequence + 1 WHERE id = ? AND state = ?",
                (*given, job_id, JobState.RUNNING),
            )
            return bool(changed.rowcount)

    def _end(self, job_id: str, state: JobState, values: str, *given: object) -> bool:
        now_s = time.time()
        return self._set(
            job_id,
            f"{values}, state = ?, ended_s = ?, expires_s = ?",
            *given,
            state,
            now_s,
            now_s + self._limits.job_ttl_s,
        )


def _queue_again(connection: sqlite3.Connection, job_id: str, uncounted: int) -> None:
    connection.execute(
        "UPDATE jobs SET state = ?1, attempts = attempts - ?2, fruitless = MAX(0, fruitless - ?2), "
        "started_s = 0, progress = '', sequence = sequence + 1 WHERE id = ?3 AND state = ?4",
        (JobState.QUEUED, uncounted, job_id, JobState.RUNNING),
    )


def _queue(connection: sqlite3.Connection) -> list[int]:
    query = "SELECT number, caller, priority FROM jobs WHERE state = ?"
    waiting = [Waiting(*row) for row in connection.execute(query, (JobState.QUEUED,))]
    last_turns = dict(connection.execute("SELECT caller, turn FROM turns").fetchall())
    return order_of_turns(waiting, last_turns)
