"""Spans: of sessions, their stages and their passes; told to a real collector on loopback."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra 'otel'")
from opentelemetry.proto.collector.trace.v1 import (
    trace_service_pb2,
    trace_service_pb2_grpc,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.inputs import Inputs as Files
from mimo_runtime.client.jobs import JobRequest, create_job
from mimo_runtime.errors import MediaError
from mimo_runtime.serving.telemetry import Telemetry
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.calls import Inputs, chunks, config
from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.test_jobs import ended

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self._lock = threading.Lock()

    def Export(self, request: Any, _context: Any) -> Any:  # noqa: N802
        with self._lock:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    self.spans += scope.spans
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    found, server = Collector(), grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(found, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield found, f"http://127.0.0.1:{port}"
    server.stop(None)


def test_a_collector_hears_of_streams_and_jobs(
    open_server: OpenServer,
    collector: tuple[Collector, str],
    inputs: Inputs,
    template: Path,
    small_character: Path,
    tmp_path: Path,
) -> None:
    found, endpoint = collector
    with (
        open_server(otlp_endpoint=endpoint, state=tmp_path) as server,
        grpc.insecure_channel(server.address) as channel,
        Connection(server.address) as connection,
    ):
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        headers = [("traceparent", PARENT), ("x-request-id", "mine")]
        list(stub.Synthesize(iter([config(steps=2), *chunks(inputs)]), metadata=headers))
        request = JobRequest(Files(small_character, template), Settings(steps=1))
        job = ended(connection, create_job(connection, request).id)
    spans = {span.name: span for span in found.spans}  # all were sent when the server ended
    session, denoise = spans["mimo.session"], spans["mimo.denoise"]
    assert (session.trace_id.hex(), session.parent_span_id.hex()) == (TRACE, SPAN)
    told = {each.key: each.value for each in session.attributes}
    assert told["mimo.request_id"].string_value == "mine"
    assert told["mimo.frames"].int_value == 8
    assert denoise.start_time_unix_nano < denoise.end_time_unix_nano
    own = [span for span in found.spans if span.trace_id == session.trace_id]
    stages = {span.span_id: span.name for span in own if span.parent_span_id == session.span_id}
    assert {"mimo.identity", "mimo.scene", "mimo.denoise", "mimo.frames"} <= set(stages.values())
    passes = [span for span in own if span.name == "mimo.pass"]
    assert {stages[span.parent_span_id] for span in passes} == {"mimo.denoise"}
    assert len(passes) >= 2
    (of_job,) = [span for span in found.spans if span.name == "mimo.job"]
    assert job.id in [each.value.string_value for each in of_job.attributes]
    assert of_job.trace_id != session.trace_id


def test_an_error_is_a_reason_and_what_is_open_ends() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))

    def fail() -> None:
        with Telemetry(provider).session("mimo.session", {}, {}) as trace:
            trace(Progress("denoise", 1, 4))
            raise MediaError("The file my-face.png is torn.")

    with pytest.raises(MediaError):
        fail()
    spans = kept.get_finished_spans()
    assert [span.name for span in spans] == ["mimo.pass", "mimo.denoise", "mimo.session"]
    assert spans[-1].status.description == "MEDIA"
    assert "my-face" not in "".join(span.to_json() for span in spans)
