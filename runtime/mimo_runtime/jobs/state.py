"""The state folder of a server: its jobs, their inputs and their results."""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError, NotFoundError, ProtocolError
from mimo_runtime.files import make_private_folder, publish, sync_folder
from mimo_runtime.jobs.asset_store import AssetStore
from mimo_runtime.jobs.asset_table import AssetTable
from mimo_runtime.jobs.database import Database
from mimo_runtime.jobs.job import Job, JobResult
from mimo_runtime.jobs.job_progress import JobProgress
from mimo_runtime.jobs.job_table import JobTable
from mimo_runtime.jobs.limits import JobLimits
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.quotas import Quotas
from mimo_runtime.sessions.spool_root import SpoolRoot


class State:
    """A folder that one server holds at a time. What it has told to be there outlasts it.

    `jobs`, `progress` and `assets` are its tables, `work` a folder of the same file system for
    what is being made. When it is opened after a server was killed, jobs that ran wait again, and
    files that belong to nothing are removed.

    Raises:
        InvalidRequestError: another server holds the folder, or it cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        limits: JobLimits,
        inputs: InputLimits,
        quotas: Quotas | None = None,
    ) -> None:
        self.limits = limits
        self._quotas = quotas or Quotas()
        self._results = folder / "results"
        self._kept = folder / "kept"
        self._lock = _locked(folder)
        try:
            assets = folder / "assets"
            for each in (assets, self._results, self._kept):
                make_private_folder(each)
            self._database = Database(folder / "jobs.sqlite3")
            self._work = SpoolRoot(folder / "work")
        except BaseException:
            os.close(self._lock)
            raise
        self.work = self._work.folder
        self.table = AssetTable(self._database, limits, self._quotas)
        largest_bytes = max(inputs.max_picture_bytes, inputs.media.max_file_bytes)
        self.assets = AssetStore(assets, self.table, largest_bytes)
        self.jobs = JobTable(self._database, limits)
        self.progress = JobProgress(self._database, limits)
        self._recover()

    def result_path(self, job: Job) -> Path:
        """The file that a job has made.

        Raises:
            ProtocolError: it has made none yet, or never will.
        """
        if job.result is None:
            raise ProtocolError(
                f"The job {job.id} is {job.state} and has no result; watch it until it has "
                "succeeded."
            )
        return self._results / job.result.file_name

    def keep_result(self, job: Job, file: Path, result: JobResult) -> None:
        """Keep what a job has made, unless nobody wants it any more."""
        target = self._results / result.file_name
        publish(file, target)
        if not self.progress.succeed(job.id, result):
            target.unlink(missing_ok=True)

    def kept_folder(self, job_id: str) -> Path:
        """Where attempts of a job that has not ended leave what they have finished."""
        folder = self._kept / job_id
        make_private_folder(folder)
        return folder

    def tidy(self, job_id: str) -> None:
        """Remove what attempts have left of a job, if it has ended."""
        if job_id not in self.progress.open_ids():
            shutil.rmtree(self._kept / job_id, ignore_errors=True)

    def room_bytes(self, caller: str) -> int:
        """How much more may be kept for a caller."""
        own = self.table.limit_bytes(caller) - self.table.stored_bytes(caller)
        return int(max(0, min(own, self.limits.max_stored_bytes - self.table.stored_bytes())))

    def purge(self, job: Job, assets: bool) -> None:
        """Remove a job that does not run, its result and, with `assets`, its inputs and what it
        prepared.
        """
        self.jobs.remove(job)
        self.tidy(job.id)
        if job.result is not None:
            (self._results / job.result.file_name).unlink(missing_ok=True)
            sync_folder(self._results)
        if assets:
            made = job.result.assets if job.result else ()
            for sha256 in job.spec.digests() | {each.sha256 for each in made}:
                with contextlib.suppress(NotFoundError, ProtocolError):  # gone, or needed
                    self.assets.remove(job.caller, sha256)
        self._database.forget()

    def sweep(self) -> None:
        """Remove what has expired."""
        for job in self.jobs.expired():
            self.purge(job, assets=False)
        self.assets.sweep()

    def close(self) -> None:
        """Let go of the folder; what is being made is lost. That may be said twice."""
        self._work.close()
        self._database.close()
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1

    def _recover(self) -> None:
        self.progress.recover()
        self.assets.repair()
        kept = self.progress.result_names()
        for file in self._results.iterdir():
            if file.name not in kept:
                file.unlink()
        for folder in self._kept.iterdir():
            self.tidy(folder.name)


def _locked(folder: Path) -> int:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise InvalidRequestError(
            f"The state folder {folder} cannot be used: {error.strerror}; name another one."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise InvalidRequestError(
            f"Another server holds the state folder {folder}; name another one, or end that server."
        ) from None
    return lock
