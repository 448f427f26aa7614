"""`mimo jobs`: work that goes on on a server without its client."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.connecting import (
    clock,
    connect,
    json_option,
    print_messages,
    server_options,
)
from mimo_runtime.cli.job_options import (
    preparation_options,
    preparation_request,
    video_options,
    video_request,
)
from mimo_runtime.cli.options import examples, output_option
from mimo_runtime.errors import MimoError

if TYPE_CHECKING:
    from mimo.v1 import jobs_pb2 as pb
    from mimo_runtime.client.connection import Connection
    from mimo_runtime.client.jobs import JobRequest

PREVIEWS = (".mp4", ".png")
_ID = click.argument("job_id", metavar="ID")


@click.group(
    epilog=examples(
        "export MIMO_SERVER=gpu1:50051",
        "mimo jobs create --character me.png --driving dance.mp4",
        "mimo jobs create --character me.png --driving dance.mp4 -o out.mp4",
        "mimo jobs prepare --driving dance.mp4 -o layers.mp4",
        "mimo jobs create --character me.png --prepared template_0123 -o out.mp4",
        "mimo jobs watch video_0123",
        "mimo jobs download video_0123 -o out.mp4",
    )
)
def jobs() -> None:
    """Work that a server keeps: it goes on when the client has gone, or the server comes back."""


@jobs.command()
@server_options
@video_options
@output_option(required=False, help_text="Wait for the result and write it: NAME.mp4, or a folder.")
def create(server: str, tls_root: Path | None, output: Path | None, **options: Any) -> None:
    """Send the inputs and ask for a video; prints the id of the job."""
    _ask(server, tls_root, video_request(options, output), output)


@jobs.command()
@server_options
@preparation_options
@output_option(
    required=False,
    help_text="Wait for it and write a preview: NAME.mp4, or NAME.png of a character.",
    suffixes=PREVIEWS,
)
def prepare(server: str, tls_root: Path | None, output: Path | None, **options: Any) -> None:
    """Have a character, a driving video or a motion prepared, for jobs to take by --prepared ID."""
    _ask(server, tls_root, preparation_request(options), output)


@jobs.command("list")
@server_options
@json_option
def list_(server: str, tls_root: Path | None, as_json: bool) -> None:
    """The jobs of whoever asks, the newest first."""
    from mimo_runtime.client.jobs import list_jobs

    with connect(server, tls_root) as connection:
        print_messages(list_jobs(connection), as_json, _row)


@jobs.command()
@server_options
@json_option
@_ID
def show(server: str, tls_root: Path | None, as_json: bool, job_id: str) -> None:
    """A job as it is now."""
    from mimo_runtime.client.jobs import get_job

    with connect(server, tls_root) as connection:
        print_messages([get_job(connection, job_id)], as_json, _row)


@jobs.command()
@server_options
@_ID
def watch(server: str, tls_root: Path | None, job_id: str) -> None:
    """Follow a job until it has ended; the exit code is that of the same work in a stream."""
    with connect(server, tls_root) as connection:
        _wait(connection, job_id)
        click.echo(f"{job_id} has succeeded.")


@jobs.command()
@server_options
@_ID
def cancel(server: str, tls_root: Path | None, job_id: str) -> None:
    """End a job that waits or runs."""
    from mimo_runtime.client.jobs import cancel_job

    with connect(server, tls_root) as connection:
        click.echo(f"{job_id}: {state_word(cancel_job(connection, job_id))}.")


@jobs.command()
@server_options
@_ID
@output_option(suffixes=PREVIEWS)
def download(server: str, tls_root: Path | None, job_id: str, output: Path) -> None:
    """Fetch the result of a job; what broke off goes on where it stopped."""
    with connect(server, tls_root) as connection:
        _download(connection, job_id, output)


@jobs.command()
@server_options
@_ID
@click.option("--assets", is_flag=True, help="Its inputs too, but for those another job needs.")
def purge(server: str, tls_root: Path | None, job_id: str, assets: bool) -> None:
    """Remove all that a server has of a job."""
    from mimo_runtime.client.jobs import purge_job

    with connect(server, tls_root) as connection:
        purge_job(connection, job_id, assets)
    click.echo(f"Nothing is left of {job_id}.")


def _ask(server: str, tls_root: Path | None, request: "JobRequest", output: Path | None) -> None:
    from mimo_runtime.client.jobs import create_job

    with connect(server, tls_root) as connection:
        job = create_job(connection, request)
        click.echo(job.id)
        if output is not None:
            _wait(connection, job.id)
            _download(connection, job.id, output)


def _wait(connection: "Connection", job_id: str) -> None:
    """Show a job's progress until it has succeeded. Raises MimoError where it has not."""
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.client.jobs import watch_job
    from mimo_runtime.wire.progress import Progress
    from mimo_runtime.wire.status import error_for

    with ProgressBars() as bars:
        for job in watch_job(connection, job_id):
            if job.progress.stage:
                bars(Progress(job.progress.stage, job.progress.done, job.progress.total))
    if job.HasField("error"):
        raise error_for(job.error.reason, job.error.sentence)
    if not job.HasField("result"):
        raise MimoError(
            f"The job {job_id} is {state_word(job)} and has no result; ask for it again."
        )
    for warning in job.result.warnings:
        click.echo(f"Warning: {warning}", err=True)


def _download(connection: "Connection", job_id: str, output: Path) -> None:
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.client.download import download_result
    from mimo_runtime.wire.progress import Progress

    with ProgressBars() as bars:
        download_result(
            connection, job_id, output,
            lambda done, total: bars(Progress("bytes", done, total)),
        )  # fmt: skip
    click.echo(f"{output} is there.")


def state_word(job: "pb.Job") -> str:
    """The state of a job in a word, such as succeeded."""
    from mimo.v1 import jobs_pb2 as pb

    return pb.JobState.Name(job.state).removeprefix("JOB_STATE_").lower()


def _row(job: "pb.Job") -> tuple[str, ...]:
    progress = job.progress
    stage = f"{progress.stage} {progress.done}/{progress.total}"
    how_far = f"{job.percent} %, {stage}" if progress.stage else ""
    if state_word(job) == "queued":
        how_far = f"{job.queue_position} before it"
    return (job.id, state_word(job), clock(job.created_s), how_far or job.error.sentence)
