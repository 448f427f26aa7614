"""The service of jobs: work that goes on without its client."""

import asyncio
import re
from typing import Any

import google_crc32c
import grpc.aio

from mimo.v1 import jobs_pb2 as pb
from mimo.v1 import jobs_pb2_grpc
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.jobs.job import Job
from mimo_runtime.jobs.jobs import Jobs
from mimo_runtime.serving.abort import abort_on_error, answered
from mimo_runtime.serving.callers import caller_of
from mimo_runtime.serving.job_messages import job_message, spec_from, state_from
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.paced import PacedWriter
from mimo_runtime.serving.stream_table import StreamTable

NAME = pb.DESCRIPTOR.services_by_name["JobService"].full_name
SLICE_BYTES = 256 * 1024
_PAGE = 100
_LARGEST_PAGE = 1000
_TOKEN = re.compile(r"[0-9]{1,18}")

Context = grpc.aio.ServicerContext[Any, Any]


class JobService(jobs_pb2_grpc.JobServiceServicer):
    """Serves jobs; downloads are streams among others, watches have a table of their own."""

    def __init__(
        self,
        jobs: Jobs,
        bundle: Bundle,
        options: ServerOptions,
        streams: StreamTable,
        watches: StreamTable,
    ) -> None:
        self._jobs = jobs
        self._bundle = bundle
        self._options = options
        self._streams = streams
        self._watches = watches

    async def CreateJob(  # noqa: N802
        self, request: pb.CreateJobRequest, context: Context
    ) -> pb.CreateJobResponse:
        """A new job, or the one that this request has made before."""
        job = await answered(self._create(request, caller_of(context)), context)
        return pb.CreateJobResponse(job=job_message(job))

    async def GetJob(  # noqa: N802
        self, request: pb.GetJobRequest, context: Context
    ) -> pb.GetJobResponse:
        """A job as it is now."""
        job = await answered(self._jobs.get(caller_of(context), request.id), context)
        return pb.GetJobResponse(job=job_message(job))

    async def ListJobs(  # noqa: N802
        self, request: pb.ListJobsRequest, context: Context
    ) -> pb.ListJobsResponse:
        """Jobs of the caller, the newest first."""
        return await answered(self._list(request, caller_of(context)), context)

    async def WatchJob(  # type: ignore[override]  # noqa: N802
        self, request: pb.WatchJobRequest, context: Context
    ) -> None:
        """A job whenever it has changed."""
        await abort_on_error(self._watch(request, context), context)

    async def CancelJob(  # noqa: N802
        self, request: pb.CancelJobRequest, context: Context
    ) -> pb.CancelJobResponse:
        """End a job."""
        job = await answered(self._jobs.cancel(caller_of(context), request.id), context)
        return pb.CancelJobResponse(job=job_message(job))

    async def DownloadResult(  # type: ignore[override]  # noqa: N802
        self, request: pb.DownloadResultRequest, context: Context
    ) -> None:
        """The result of a job, from an offset on."""
        await abort_on_error(self._download(request, context), context)

    async def PurgeJob(  # noqa: N802
        self, request: pb.PurgeJobRequest, context: Context
    ) -> pb.PurgeJobResponse:
        """Remove a job."""
        purge = self._jobs.purge(caller_of(context), request.id, request.assets)
        await abort_on_error(purge, context)
        return pb.PurgeJobResponse()

    async def _create(self, request: pb.CreateJobRequest, caller: str) -> Job:
        spec = spec_from(request, self._bundle)
        return await self._jobs.create(caller, request.request_id, spec, request.priority)

    async def _list(self, request: pb.ListJobsRequest, caller: str) -> pb.ListJobsResponse:
        if request.page_token and not _TOKEN.fullmatch(request.page_token):
            raise InvalidRequestError("page_token is none of this server's; leave it empty.")
        before = int(request.page_token or 0)
        count = min(request.page_size or _PAGE, _LARGEST_PAGE)
        jobs = await self._jobs.listed(caller, state_from(request.state), count + 1, before)
        more, jobs = len(jobs) > count, jobs[:count]
        token = str(jobs[-1].number) if more else ""
        return pb.ListJobsResponse(jobs=map(job_message, jobs), next_page_token=token)

    async def _watch(self, request: pb.WatchJobRequest, context: Context) -> None:
        writer, loop = PacedWriter(context, self._options), asyncio.get_running_loop()
        began_s = loop.time()  # a watch that is ended goes on from its sequence
        with self._watches.entered(context.peer(), lambda: loop.time() - began_s):
            watched = self._jobs.watch(
                caller_of(context), request.id, request.after_sequence,
                self._options.progress_interval_s,
            )  # fmt: skip
            async for job in watched:
                await writer.write(pb.WatchJobResponse(job=job_message(job)))

    async def _download(self, request: pb.DownloadResultRequest, context: Context) -> None:
        writer = PacedWriter(context, self._options)
        with self._streams.entered(context.peer(), lambda: writer.pace.lag_s) as entry:
            entry.settled = True
            job, path = await self._jobs.result(caller_of(context), request.id)
            if job.result is None or request.offset > job.result.size_bytes:
                raise InvalidRequestError(
                    f"offset is {request.offset}, beyond the end of the result; give less."
                )
            with path.open("rb") as file:
                file.seek(request.offset)
                while data := await asyncio.to_thread(file.read, SLICE_BYTES):
                    start = file.tell() - len(data)
                    crc32c = google_crc32c.value(data)
                    await writer.write(
                        pb.DownloadResultResponse(offset=start, data=data, crc32c=crc32c)
                    )
