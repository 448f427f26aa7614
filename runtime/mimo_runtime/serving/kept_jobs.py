"""The jobs and assets of a server, where it has a state folder."""

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import grpc.aio

from mimo.v1 import assets_pb2_grpc, jobs_pb2_grpc
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.jobs.jobs import Jobs
from mimo_runtime.jobs.state import State
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving import asset_service, job_service
from mimo_runtime.serving.call_record import CallObserver
from mimo_runtime.serving.identity import identity_of
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.oversight import Oversight
from mimo_runtime.serving.service import SynthesisService
from mimo_runtime.serving.stream_table import StreamTable
from mimo_runtime.serving.tokens import Tokens

if TYPE_CHECKING:
    from mimo_runtime.serving.http.door import HttpDoor

NAMES = (asset_service.NAME, job_service.NAME)


def open_jobs(
    runner: Runner,
    options: ServerOptions,
    service: SynthesisService,
    workers: Executor,
    oversight: Oversight,
) -> Jobs | None:
    """The jobs of the state folder, whose assets streams may name; None without one.

    Raises:
        InvalidRequestError: the folder cannot be used.
    """
    if options.state is None:
        return None
    state = State(options.state, options.jobs, options.limits, oversight.quotas)
    service.assets = state.assets
    return Jobs(
        state, runner, options.limits, service.admission, workers,
        oversight.marking, oversight.audit.job_made, oversight.quotas, oversight.tracer,
    )  # fmt: skip


def serve_jobs(
    jobs: Jobs,
    runner: Runner,
    options: ServerOptions,
    streams: StreamTable,
    watches: StreamTable,
    server: grpc.aio.Server,
) -> None:
    """Have a server answer for jobs and assets."""
    assets = asset_service.AssetService(jobs.state, options, streams)
    service = job_service.JobService(jobs, runner.bundle, options, streams, watches)
    assets_pb2_grpc.add_AssetServiceServicer_to_server(assets, server)
    jobs_pb2_grpc.add_JobServiceServicer_to_server(service, server)


def http_door(
    bundle: Bundle,
    jobs: Jobs,
    options: ServerOptions,
    tokens: Tokens | None,
    observers: Sequence[CallObserver],
    streams: StreamTable,
) -> "HttpDoor":
    """A door of HTTP to jobs and assets, not yet open.

    Raises:
        UnsupportedError: its libraries are not installed.
    """
    try:
        from mimo_runtime.serving.http.door import HttpDoor
        from mimo_runtime.serving.http.guard import Doorkeeper
        from mimo_runtime.serving.http.uploads import Uploads
        from mimo_runtime.serving.http.videos import Videos
    except ImportError as error:
        raise UnsupportedError(
            f"The HTTP door needs libraries that are not installed ({error.name}); add them by "
            "pip install 'mimo-runtime[http]'."
        ) from error
    keeper = Doorkeeper(options, tokens, observers, streams, identity_of(bundle))
    videos = Videos(jobs, bundle, options.limits)
    return HttpDoor(keeper, videos, Uploads(jobs.state))
