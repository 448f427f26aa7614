"""OpenTelemetry: a span for each session, and in it one for each stage and each pass.

No media, no settings, no names of files; how it ended is a reason, not a sentence.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace import Tracer as SpanTracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from mimo_runtime import __version__
from mimo_runtime.incident import told_error
from mimo_runtime.sessions.tracing import OnEvent
from mimo_runtime.synthesis.request import OutputFormat
from mimo_runtime.wire.progress import Progress, Stage
from mimo_runtime.wire.status import row_of


def provider_of(endpoint: str) -> TracerProvider:
    """What sends spans to a collector that speaks OTLP over gRPC at a URL, in batches."""
    resource = Resource.create({"service.name": "mimo", "service.version": __version__})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    return provider


class Telemetry:
    """A `Tracer` of sessions by `provider`; the spans that headers name are taken as parents."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("mimo_runtime", __version__)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def session(
        self, name: str, attributes: Mapping[str, str], headers: Mapping[str, str]
    ) -> Iterator[OnEvent]:
        """See `Tracer`."""
        parent = self._propagator.extract(dict(headers))
        span = self._tracer.start_span(name, parent, SpanKind.SERVER, dict(attributes))
        stages = _Stages(self._tracer, span)
        try:
            yield stages.note
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, row_of(told_error(error)).reason))
            raise
        finally:
            stages.end()
            span.end()

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class _Stages:
    """The spans below one of a session, as its progress tells."""

    def __init__(self, tracer: SpanTracer, session: Span) -> None:
        self._tracer = tracer
        self._session = session
        self._open: dict[str, Span] = {}
        self._told_ns = time.time_ns()

    def note(self, event: object) -> None:
        """Hear what the session says."""
        if isinstance(event, OutputFormat):
            self._session.set_attribute("mimo.frames", event.frame_count)
        elif isinstance(event, Progress):
            self._progressed(event)

    def end(self) -> None:
        """End what is open."""
        for span in self._open.values():
            span.end()

    def _progressed(self, progress: Progress) -> None:
        stage, now_ns = progress.stage, time.time_ns()
        if stage not in self._open:
            self._open[stage] = self._begun(self._session, f"mimo.{stage}")
        if stage == Stage.DENOISE:
            step = self._begun(self._open[stage], "mimo.pass")
            step.set_attributes({"mimo.pass": progress.done, "mimo.passes": progress.total})
            step.end(now_ns)
        if progress.done == progress.total:
            self._open.pop(stage).end(now_ns)
        self._told_ns = now_ns

    def _begun(self, parent: Span, name: str) -> Span:
        """A span since what was told before."""
        above = set_span_in_context(parent)
        return self._tracer.start_span(name, above, start_time=self._told_ns)
