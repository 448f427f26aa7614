"""Prometheus metrics of a server, on a port of their own; labels are few, and none is an id."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from mimo_runtime import __version__
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.jobs.jobs import Jobs
from mimo_runtime.serving.call_record import CallRecord
from mimo_runtime.sessions.admission import Admission
from mimo_runtime.wire.address import split_address

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)


class Metrics:
    """Counts calls that have ended; how many are open is looked up when it is asked for."""

    def __init__(
        self,
        bundle: Bundle,
        admission: Admission,
        live: Admission,
        open_streams: Callable[[], int],
        jobs: Jobs | None,
    ) -> None:
        self.registry = CollectorRegistry()

        def running_jobs() -> int:
            return jobs.running if jobs else 0

        build = Gauge(
            "mimo_build_info", "Version and bundle.", ["version", "bundle"], registry=self.registry
        )
        build.labels(__version__, bundle.digest).set(1)
        streams = Gauge("mimo_streams", "Open streams.", ["state"], registry=self.registry)
        streams.labels("open").set_function(open_streams)
        streams.labels("working").set_function(lambda: admission.working - running_jobs())
        streams.labels("live").set_function(lambda: live.inside)
        depth = Gauge("mimo_queue_depth", "Streams that wait.", registry=self.registry)
        depth.set_function(lambda: admission.waiting)
        kept = Gauge("mimo_jobs", "Jobs that have not ended.", ["state"], registry=self.registry)
        kept.labels("queued").set_function(lambda: jobs.waiting() if jobs else 0)
        kept.labels("running").set_function(running_jobs)
        stored = Gauge("mimo_stored_bytes", "Assets and results.", registry=self.registry)
        stored.set_function(lambda: jobs.state.table.stored_bytes() if jobs else 0)
        self._calls = Counter(
            "mimo_calls", "Calls that have ended.", ["method", "status"], registry=self.registry
        )
        self._rejections = Counter(
            "mimo_rejections", "Calls that failed.", ["reason"], registry=self.registry
        )
        self._frames = Counter(
            "mimo_frames", "Frames of streams that ended.", ["outcome"], registry=self.registry
        )
        self._first_frame_s = Histogram(
            "mimo_time_to_first_frame_seconds",
            "From complete inputs to the first frame.",
            buckets=_SECONDS,
            registry=self.registry,
        )

    def ended(self, record: CallRecord, status: str, seconds: float) -> None:  # noqa: ARG002
        """Count a call."""
        self._calls.labels(record.method, status).inc()
        if record.reason:
            self._rejections.labels(record.reason).inc()
        if record.first_frame_s is not None:
            self._first_frame_s.observe(record.first_frame_s)
        in_time = record.frames - record.late
        outcomes = {"ok": in_time, "late": record.late, "dropped": record.dropped}
        for outcome, count in outcomes.items():
            self._frames.labels(outcome).inc(count)

    def serve(self, listen: str) -> Callable[[], None]:
        """Answer GET /metrics on `HOST:PORT`, in a thread; returns what ends that.

        Raises:
            InvalidRequestError: the address cannot be had.
        """
        host, port = split_address(listen)
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as error:
            raise InvalidRequestError(
                f"Metrics cannot be told on {listen}: {error.strerror}; choose another address."
            ) from error

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return end
