"""Jobs, assets and errors as JSON, in the words of OpenAI's video API where it has them."""

from typing import Any

from starlette.responses import JSONResponse

from mimo_runtime.errors import MimoError
from mimo_runtime.jobs.asset import Asset
from mimo_runtime.jobs.job import Job, JobState
from mimo_runtime.wire.status import PASSING, RETRY_AFTER_S, row_of

STATUS_WORDS = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "in_progress",
    JobState.SUCCEEDED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}
# By the reasons of the table in wire/status.py; any other is the server's fault.
STATUS_CODES = {
    "INVALID_REQUEST": 400,
    "MEDIA": 400,
    "TEMPLATE": 400,
    "DATA_LOSS": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "IDLE": 408,
    "PROTOCOL": 409,
    "LIMIT_EXCEEDED": 413,
    "BUSY": 429,
    "RESOURCE": 503,
    "UNAVAILABLE": 503,
    "ENGINE_LOST": 503,
    "DEADLINE": 504,
    "UNSUPPORTED": 501,
}


def error_answer(error: MimoError) -> JSONResponse:
    """An error as its status, with the sentence and the reason."""
    reason = row_of(error).reason
    code = STATUS_CODES.get(reason, 500)
    kind = "server_error" if code >= 500 else "invalid_request_error"
    headers = {"Retry-After": str(RETRY_AFTER_S)} if isinstance(error, PASSING) else {}
    if code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    content = {"message": str(error), "type": kind, "code": reason, "param": None}
    return JSONResponse({"error": content}, code, headers)


def video(job: Job, model: str, warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """A job as a video object; `model` is the bundle's name."""
    output, result = job.output, job.result
    return {
        "id": job.id,
        "object": "video",
        "task": job.spec.task.value,
        "model": model,
        "status": STATUS_WORDS[job.state],
        "progress": job.percent,
        "stage": job.progress.stage if job.progress else None,
        "created_at": int(job.created_s),
        "completed_at": _time(job.ended_s),
        "expires_at": _time(job.expires_s),
        "size": f"{output.width_px}x{output.height_px}" if output else None,
        "seconds": f"{float(output.frame_count / output.rate_fps):.3f}" if output else None,
        "frames": output.frame_count if output else None,
        "error": {"code": job.reason, "message": job.sentence} if job.reason else None,
        "queue_position": job.position if job.state is JobState.QUEUED else None,
        "expected_start_at": _time(job.expected_start_s),
        "priority": job.priority,
        "attempts": job.attempts,
        "sequence": job.sequence,
        "media_type": result.media_type if result else None,
        "size_bytes": result.size_bytes if result else None,
        "sha256": result.sha256 if result else None,
        "assets": [
            {"input": each.kind.value, "sha256": each.sha256}
            for each in (result.assets if result else ())
        ],
        "warnings": [*warnings, *(result.warnings if result else ())],
    }


def asset(found: Asset) -> dict[str, Any]:
    """An asset as an object."""
    return {
        "id": found.sha256,
        "object": "asset",
        "name": found.name,
        "size_bytes": found.size_bytes,
        "committed_bytes": found.committed_bytes,
        "complete": found.complete,
        "created_at": int(found.created_s),
        "expires_at": int(found.expires_s),
    }


def listed(objects: list[dict[str, Any]], has_more: bool = False) -> dict[str, Any]:
    """A list of objects."""
    ids = [each["id"] for each in objects]
    return {
        "object": "list",
        "data": objects,
        "first_id": ids[0] if ids else None,
        "last_id": ids[-1] if ids else None,
        "has_more": has_more,
    }


def _time(seconds: float) -> int | None:
    return int(seconds) or None
