"""Jobs on a server: asked for, watched over broken lines, fetched from where that stopped."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from mimo.v1 import jobs_pb2 as pb
from mimo.v1 import synthesis_pb2
from mimo_runtime.client.assets import put_asset
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.inputs import InputFile, Inputs
from mimo_runtime.client.session import stream_config
from mimo_runtime.errors import ProtocolError
from mimo_runtime.wire.enums import TASKS, number_of
from mimo_runtime.wire.kinds import JobTask, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.settings import Settings

FINAL = (pb.JOB_STATE_SUCCEEDED, pb.JOB_STATE_FAILED, pb.JOB_STATE_CANCELLED)


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a job is to make; `request_id` tells it from every other, made up where it is empty.

    `prepared` are the ids of jobs whose templates and characters are inputs too.
    """

    inputs: Inputs
    settings: Settings
    kind: OutputKind = OutputKind.VIDEO
    view: MotionView | None = None
    priority: int = 0
    request_id: str = ""
    task: JobTask = JobTask.VIDEO
    prepared: tuple[str, ...] = ()


def create_job(connection: Connection, request: JobRequest) -> pb.Job:
    """Send what the server has not got of the inputs and ask for the job.

    A line that breaks is waited for; the job is made once.

    Raises:
        MediaError: an input cannot be read.
        ProtocolError: a job has prepared nothing, or not yet.
        MimoError: as the server says it.
    """
    config = stream_config(request.settings, request.kind, request.view)
    config.assets.extend(_asset(connection, file) for file in request.inputs.files())
    for job_id in request.prepared:
        config.assets.extend(prepared_assets(connection, job_id))
    asked = pb.CreateJobRequest(
        request_id=request.request_id or secrets.token_hex(16),
        config=config,
        priority=request.priority,
        task=number_of(TASKS, request.task),
    )
    retries = connection.retries()
    while True:
        with retries:
            return connection.ask(connection.jobs.CreateJob, asked).job


def get_job(connection: Connection, job_id: str) -> pb.Job:
    """A job as it is now. Raises MimoError."""
    return connection.ask(connection.jobs.GetJob, pb.GetJobRequest(id=job_id)).job


def prepared_assets(connection: Connection, job_id: str) -> list[synthesis_pb2.AssetInput]:
    """All there is of what a job has prepared, to be named by another job or a stream.

    Raises:
        ProtocolError: it has prepared nothing, or not yet.
        MimoError: as the server says it.
    """
    job = get_job(connection, job_id)
    if not job.result.assets:
        raise ProtocolError(
            f"The job {job_id} has prepared no template and no character; name one that was to, "
            "and watch it until it has succeeded."
        )
    return list(job.result.assets)


def list_jobs(connection: Connection) -> Iterator[pb.Job]:
    """All jobs of the caller, the newest first. Raises MimoError."""
    token = ""
    while True:
        request = pb.ListJobsRequest(page_token=token)
        answer = connection.ask(connection.jobs.ListJobs, request)
        yield from answer.jobs
        if not (token := answer.next_page_token):
            return


def watch_job(connection: Connection, job_id: str) -> Iterator[pb.Job]:
    """A job whenever it has changed, until it has ended; a server that comes back is waited for.

    Raises:
        MimoError: as the server says it.
    """
    sequence, retries = 0, connection.retries()
    while True:
        with retries:
            request = pb.WatchJobRequest(id=job_id, after_sequence=sequence)
            for answer in connection.stream(connection.jobs.WatchJob, request):
                retries.restore()
                sequence = answer.job.sequence
                yield answer.job
                if answer.job.state in FINAL:
                    return


def cancel_job(connection: Connection, job_id: str) -> pb.Job:
    """End a job; the job. Raises MimoError."""
    return connection.ask(connection.jobs.CancelJob, pb.CancelJobRequest(id=job_id)).job


def purge_job(connection: Connection, job_id: str, assets: bool) -> None:
    """Remove a job, with `assets` its inputs too. Raises MimoError."""
    connection.ask(connection.jobs.PurgeJob, pb.PurgeJobRequest(id=job_id, assets=assets))


def _asset(connection: Connection, file: InputFile) -> synthesis_pb2.AssetInput:
    data = file.path if file.data is None else file.data
    asset = put_asset(connection, data, file.path.name)
    return synthesis_pb2.AssetInput(input=file.input, name=file.name, sha256=asset.sha256)
