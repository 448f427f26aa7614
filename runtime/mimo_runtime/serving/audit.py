"""What the audit log of a server tells: when it began and how it signs, and each result."""

from datetime import UTC, datetime
from typing import Any

import mimo_runtime
from mimo_runtime.bundle import Bundle
from mimo_runtime.jobs.job import Job, JobResult
from mimo_runtime.provenance.audit_log import AuditLog
from mimo_runtime.serving.call_record import CURRENT
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.sessions.session import Made


class Audit:
    """Writes to `options.audit_log`, or nowhere. No media, no postures, no names of files.

    Raises:
        InvalidRequestError: the file cannot be written.
    """

    def __init__(self, options: ServerOptions, bundle: Bundle) -> None:
        self._log = AuditLog(options.audit_log) if options.audit_log else None
        given = options.provenance
        self._disclosure = {
            "signed": not given.unsigned,
            "marked": given.mark_key is not None,
            "label": given.label,
        }
        began = {"version": mimo_runtime.__version__, "bundle": bundle.digest}
        self._write("server.began", began | self._disclosure)

    def stream_made(self, made: Made | None) -> None:
        """Tell of what a stream has made, whose call is the present one."""
        record = CURRENT.get()
        if made is not None and record is not None:
            who = {"caller": record.caller or record.host, "request_id": record.request_id}
            self._write("stream.made", who | _told(made) | self._disclosure)

    def job_made(self, job: Job, result: JobResult, made: Made | None) -> None:
        """Tell of what a job has made; without `made` that was a template or a character."""
        who = {"caller": job.caller, "request_id": job.request_id, "job": job.id}
        if made is not None:
            self._write("job.made", who | _told(made) | self._disclosure)
            return
        named = {"inputs": job.spec.inputs, "assets": result.assets}
        files = {
            name: {each.kind.value: each.sha256 for each in inputs}
            for name, inputs in named.items()
        }
        self._write("job.prepared", who | files | {"output_sha256": result.sha256})

    def close(self) -> None:
        """Let go of the file."""
        if self._log is not None:
            self._log.close()

    def _write(self, event: str, values: dict[str, Any]) -> None:
        if self._log is not None:
            time = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._log.write({"time": time, "event": event, **values})


def _told(made: Made) -> dict[str, Any]:
    return {
        "recipe_sha256": made.recipe.digest,
        "settings": dict(made.recipe.settings),
        "inputs": dict(made.recipe.inputs),
        "frames": made.frame_count,
        "output_sha256": made.sha256,
    }
