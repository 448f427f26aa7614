"""Jobs as messages of the wire, and what is asked of them as nouns of the runtime."""

from mimo.v1 import jobs_pb2 as pb
from mimo.v1 import synthesis_pb2
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.jobs.job import Job, JobState
from mimo_runtime.jobs.spec import AssetInput, JobSpec
from mimo_runtime.serving import requests
from mimo_runtime.serving.responses import output_message, progress_message
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.wire.enums import INPUTS, TASKS, number_of
from mimo_runtime.wire.kinds import JobTask

STATES = {
    JobState.QUEUED: pb.JOB_STATE_QUEUED,
    JobState.RUNNING: pb.JOB_STATE_RUNNING,
    JobState.SUCCEEDED: pb.JOB_STATE_SUCCEEDED,
    JobState.FAILED: pb.JOB_STATE_FAILED,
    JobState.CANCELLED: pb.JOB_STATE_CANCELLED,
}


def spec_from(request: pb.CreateJobRequest, bundle: Bundle) -> JobSpec:
    """What a job is to make.

    Raises:
        InvalidRequestError: a value cannot be used, or inputs are missing.
    """
    config, task = request.config, request.task or pb.JOB_TASK_VIDEO
    if task not in TASKS:
        raise InvalidRequestError(
            f"task is {task}; this server knows {', '.join(word.value for word in JobTask)}."
        )
    if config.inputs:
        raise InvalidRequestError(
            "The config of a job names inputs that will be sent; upload them, and name them in "
            "assets."
        )
    settings = requests.settings_from(config)
    resolved_settings(settings, bundle.manifest)  # told before the job waits
    requests.check_size(config, bundle)
    kind, view = requests.output_kind_from(config), requests.motion_view_from(config)
    return JobSpec(settings, kind, view, asset_inputs(config), TASKS[task])


def asset_inputs(config: synthesis_pb2.StreamConfig) -> tuple[AssetInput, ...]:
    """The assets that a config names. Raises InvalidRequestError for an unknown input."""
    return tuple(
        AssetInput(requests.input_of(each.input), each.sha256, each.name) for each in config.assets
    )


def state_from(number: pb.JobState.ValueType) -> JobState | None:
    """The state of a number of the wire; None where it is unspecified."""
    if not number:
        return None
    words = {each: word for word, each in STATES.items()}
    if number not in words:
        raise InvalidRequestError(f"state is {number}; this server knows {', '.join(JobState)}.")
    return words[number]


def job_message(job: Job) -> pb.Job:
    """A job as it is told of."""
    return pb.Job(
        id=job.id,
        request_id=job.request_id,
        state=STATES[job.state],
        sequence=job.sequence,
        priority=job.priority,
        created_s=job.created_s,
        started_s=job.started_s,
        ended_s=job.ended_s,
        expires_s=job.expires_s,
        progress=progress_message(job.progress) if job.progress else None,
        percent=job.percent,
        queue_position=job.position,
        expected_start_s=job.expected_start_s,
        attempts=job.attempts,
        error=pb.JobError(reason=job.reason, sentence=job.sentence) if job.reason else None,
        output=output_message(job.output) if job.output else None,
        result=_result(job),
        task=number_of(TASKS, job.spec.task),
    )


def _result(job: Job) -> pb.JobResult | None:
    result = job.result
    if result is None:
        return None
    return pb.JobResult(
        size_bytes=result.size_bytes,
        sha256=result.sha256,
        media_type=result.media_type,
        assets=(
            synthesis_pb2.AssetInput(input=number_of(INPUTS, each.kind), sha256=each.sha256)
            for each in result.assets
        ),
        warnings=result.warnings,
    )
