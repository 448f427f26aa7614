"""A job as it is told of, and as a row of the database."""

import json
import sqlite3
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction

from mimo_runtime.jobs.spec import AssetInput, JobSpec
from mimo_runtime.synthesis.request import OutputFormat
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.progress import Progress


class JobState(StrEnum):
    """Where a job is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to a job in this state."""
        return self not in (self.QUEUED, self.RUNNING)


@dataclass(frozen=True, slots=True)
class JobResult:
    """The file that a job made; `sha256` in hex.

    `assets` are all there is of a template or character that was prepared, `warnings` sentences.
    """

    size_bytes: int
    sha256: str
    media_type: str
    file_name: str
    assets: tuple[AssetInput, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One job. Times are in seconds since 1970, 0 for what has not been.

    It is done to `percent`, 0 to 100, as a whole. `position` jobs go before one that waits, which
    is expected to begin at `expected_start_s`, 0 where that is not known.
    """

    number: int
    id: str
    caller: str
    request_id: str
    spec: JobSpec
    priority: int
    state: JobState
    sequence: int
    attempts: int
    created_s: float
    started_s: float
    ended_s: float
    expires_s: float
    progress: Progress | None
    percent: int
    output: OutputFormat | None
    result: JobResult | None
    reason: str
    sentence: str
    position: int = 0
    expected_start_s: float = 0.0

    def at(self, position: int, expected_start_s: float) -> "Job":
        """The same job with its place in the queue."""
        return replace(self, position=position, expected_start_s=expected_start_s)


_AS_THEY_ARE = (
    *("number", "id", "caller", "request_id", "priority", "sequence", "attempts", "created_s"),
    *("started_s", "ended_s", "expires_s", "reason", "sentence"),
)


def job_from(row: sqlite3.Row) -> Job:
    """The job of a row of the table `jobs`."""
    result, output, state = row["result"], row["output"], JobState(row["state"])
    progress = json.loads(row["progress"]) if row["progress"] else {}
    percent = 100 if state is JobState.SUCCEEDED else progress.pop("percent", 0)
    return Job(
        spec=JobSpec.from_json(row["spec"]),
        state=state,
        progress=Progress(**progress) if progress else None,
        percent=percent,
        output=_output_from(output) if output else None,
        result=_result_from(result) if result else None,
        **{name: row[name] for name in _AS_THEY_ARE},
    )


def result_text(result: JobResult) -> str:
    """A result as the column `result` keeps it."""
    assets = [[each.kind.name, each.sha256, each.name] for each in result.assets]
    return json.dumps({**asdict(replace(result, assets=())), "assets": assets})


def progress_text(progress: Progress, percent: int) -> str:
    """A progress as the column `progress` keeps it, and how far the job is as a whole."""
    return json.dumps({**asdict(progress), "percent": percent})


def output_text(output: OutputFormat) -> str:
    """A format as the column `output` keeps it."""
    return json.dumps({**asdict(output), "rate_fps": str(output.rate_fps)})


def _result_from(text: str) -> JobResult:
    values = {"assets": [], "warnings": [], **json.loads(text)}
    assets = (AssetInput(InputKind[kind], sha256, name) for kind, sha256, name in values["assets"])
    return JobResult(**{**values, "assets": tuple(assets), "warnings": tuple(values["warnings"])})


def _output_from(text: str) -> OutputFormat:
    values = json.loads(text)
    return OutputFormat(**{**values, "rate_fps": Fraction(values["rate_fps"])})
