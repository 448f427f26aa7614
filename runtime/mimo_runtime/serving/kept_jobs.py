"""The jobs and assets of a server, where it has a state folder."""

from concurrent.futures import Executor

import grpc.aio

from mimo.v1 import assets_pb2_grpc, jobs_pb2_grpc
from mimo_runtime.jobs.jobs import Jobs
from mimo_runtime.jobs.state import State
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving import asset_service, job_service
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.service import SynthesisService
from mimo_runtime.serving.stream_table import StreamTable

NAMES = (asset_service.NAME, job_service.NAME)


def open_jobs(
    runner: Runner, options: ServerOptions, service: SynthesisService, workers: Executor
) -> Jobs | None:
    """The jobs of the state folder, whose assets streams may name; None without one.

    Raises:
        InvalidRequestError: the folder cannot be used.
    """
    if options.state is None:
        return None
    state = State(options.state, options.jobs, options.limits)
    service.assets = state.assets
    return Jobs(state, runner, options.limits, service.admission, workers)


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
