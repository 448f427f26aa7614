"""What hostile or clumsy clients do, with a good one beside them that must be served right."""

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.sessions.inputs import InputLimits
from tests.runtime.serving.calls import (
    Inputs,
    Outcome,
    Request,
    begin,
    call,
    chunk,
    chunks,
    config,
    outcome,
    pixels,
)
from tests.runtime.serving.conftest import OpenServer

LOSSLESS = {"output_kind": pb.OUTPUT_KIND_LOSSLESS}
OWN = [("grpc.use_local_subchannel_pool", 1)]


@pytest.fixture(scope="module")
def right(channel: grpc.Channel, inputs: Inputs) -> list[bytes]:
    """What a good client gets when it is alone."""
    return pixels(call(channel, [config(**LOSSLESS), *chunks(inputs)]))


def served(address: str, inputs: Inputs) -> Outcome:
    """A good client on a connection of its own, which comes again while it is told to."""
    with grpc.insecure_channel(address, OWN) as channel:
        while (ended := call(channel, [config(**LOSSLESS), *chunks(inputs)])).reason == "BUSY":
            assert ended.retry
        return ended


def healthy(address: str) -> bool:
    with grpc.insecure_channel(address, OWN) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        status = health.Check(health_pb2.HealthCheckRequest(), timeout=60).status
        return bool(status == health_pb2.HealthCheckResponse.SERVING)


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What idle clients wait for."""
    event = threading.Event()
    yield event
    event.set()


def silent(never: threading.Event, *first: Any) -> Iterator[Any]:
    yield from first
    never.wait()


def watch(channel: grpc.Channel, never: threading.Event) -> Any:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    return stub.Watch(health_pb2.HealthCheckRequest())


def reflect(channel: grpc.Channel, never: threading.Event) -> Any:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    return stub.ServerReflectionInfo(silent(never, asked))


def say_nothing(channel: grpc.Channel, never: threading.Event) -> Any:
    return synthesis_pb2_grpc.SynthesisServiceStub(channel).Synthesize(silent(never))


def send_config_only(channel: grpc.Channel, never: threading.Event) -> Any:
    requests = silent(never, config())
    return synthesis_pb2_grpc.SynthesisServiceStub(channel).Synthesize(requests)


@pytest.mark.parametrize("idle", [watch, reflect, say_nothing, send_config_only])
def test_idle_streams_keep_nobody_out(
    open_server: OpenServer,
    inputs: Inputs,
    right: list[bytes],
    never: threading.Event,
    idle: Callable[[grpc.Channel, threading.Event], Any],
) -> None:
    """More of them than the server has room for, and than it has places."""
    bounds = {"max_streams": 6, "max_streams_per_host": 6, "max_watches": 6}
    with open_server(**bounds) as server, grpc.insecure_channel(server.address) as channel:
        open_streams = [idle(channel, never) for _ in range(12)]
        assert healthy(server.address)
        assert pixels(served(server.address, inputs)) == right
        for each in open_streams:
            each.cancel()


def test_streams_of_one_connection_are_bounded(
    open_server: OpenServer, never: threading.Event
) -> None:
    with (
        open_server(max_streams_per_connection=3) as server,
        grpc.insecure_channel(server.address, OWN) as channel,
    ):
        streams = [send_config_only(channel, never) for _ in range(3)]
        assert all(next(each).WhichOneof("payload") == "ready" for each in streams)
        late = call(channel, [config()], deadline_s=0.3)
        assert late.code is grpc.StatusCode.DEADLINE_EXCEEDED
        assert healthy(server.address)
        for each in streams:
            each.cancel()


@pytest.mark.parametrize("piece", [b"", b"x"], ids=["empty", "one-byte"])
def test_slow_senders_hold_no_place_and_are_dropped(
    open_server: OpenServer, inputs: Inputs, right: list[bytes], piece: bytes
) -> None:
    enough = threading.Event()

    def drip() -> Iterator[Request]:
        yield config()
        while not enough.wait(0.05):
            yield chunk(pb.INPUT_SOURCE, piece)

    with (
        open_server(max_sessions=1, max_waiting=0, idle_timeout_s=2) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        slow = [stub.Synthesize(drip()) for _ in range(3)]
        assert all(next(each).WhichOneof("payload") == "ready" for each in slow)
        assert pixels(served(server.address, inputs)) == right
        with pytest.raises(grpc.RpcError):
            list(slow[0])
        ended = outcome(slow[0], [])
        enough.set()
        for each in slow:
            each.cancel()
    assert (ended.code, ended.reason) == (grpc.StatusCode.ABORTED, "IDLE")
    assert "less than 4096 bytes a second" in ended.sentence


def test_a_slow_reader_holds_no_place(
    open_server: OpenServer, inputs: Inputs, right: list[bytes]
) -> None:
    """Its result waits on disk, and is whole when it is read after all."""
    narrow = [*OWN, ("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536)]
    with (
        open_server(max_sessions=1, max_waiting=0) as server,
        grpc.insecure_channel(server.address, narrow) as channel,
    ):
        slow = begin(channel, [config(**LOSSLESS), *chunks(inputs)], stage="waiting")
        assert pixels(served(server.address, inputs)) == right
        assert pixels(outcome(slow, list(slow))) == right


def test_a_client_that_pings_while_it_waits_is_not_sent_away(
    open_server: OpenServer, inputs: Inputs
) -> None:
    pings = [
        *OWN,
        ("grpc.keepalive_time_ms", 200),
        ("grpc.http2.max_pings_without_data", 0),
    ]
    with (
        open_server(min_ping_interval_s=0.05, progress_interval_s=0.5) as server,
        grpc.insecure_channel(server.address) as channel,
        grpc.insecure_channel(server.address, pings) as pinging,
    ):
        working = begin(channel, [config(steps=1000), *chunks(inputs)])
        first = begin(pinging, [config(), *chunks(inputs)], stage="waiting")
        second = begin(channel, [config(), *chunks(inputs)], stage="waiting")
        told = [next(second).progress for _ in range(4)]
        told_first = [next(first).progress for _ in range(4)]
        for each in (working, first, second):
            each.cancel()
    assert {(each.stage, each.queue_position) for each in told} == {("waiting", 1)}
    assert {(each.stage, each.queue_position) for each in told_first} == {("waiting", 0)}


@pytest.mark.parametrize("data", [b"\xff" * 9, b"\x0a\xff\xff\xff\xff\x0f", b"\x12\x05abc"])
def test_what_is_no_protobuf_is_one_sentence_and_no_incident(
    channel: grpc.Channel, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    service = "/mimo.v1.SynthesisService"
    stream = channel.stream_stream(f"{service}/Synthesize")(iter([data]))
    with pytest.raises(grpc.RpcError):
        list(stream)
    ended = outcome(stream, [])
    assert (ended.code, ended.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    for method in (f"{service}/GetServerInfo", "/grpc.health.v1.Health/Check"):
        with pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary(method)(data)
        assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]
    assert not caplog.records


def decoders() -> psutil.Process:
    """The process that decoding children are forked from."""
    return next(
        child
        for child in psutil.Process().children()
        if "mimo_runtime.media.child.fork_server" in " ".join(child.cmdline())
    )


@pytest.mark.usefixtures("gives_back", "right")
def test_a_client_that_leaves_while_its_clips_are_vetted_gives_its_place_back(
    channel: grpc.Channel, server: Any, inputs: Inputs
) -> None:
    suspended = decoders()
    suspended.suspend()  # the vetting takes for ever
    try:
        requests = [config(), *chunks(inputs)]
        running = begin(channel, requests, stage="waiting")
        while next(running).progress.done == 0:
            pass
        running.cancel()
        with grpc.insecure_channel(server.address, OWN) as own:
            while begin_position(own, requests) != 0:
                pass
    finally:
        suspended.resume()


def begin_position(channel: grpc.Channel, requests: list[Request]) -> int:
    """How many go before a stream that comes now, which then leaves."""
    running = begin(channel, requests, stage="waiting")
    position = -1 if (told := next(running).progress).done == 0 else told.queue_position
    running.cancel()
    return position


def test_more_work_than_is_accepted_is_refused(open_server: OpenServer, inputs: Inputs) -> None:
    limits = InputLimits(max_work_px=1e5)
    with open_server(limits=limits) as server, grpc.insecure_channel(server.address) as channel:
        ended = call(channel, [config(), *chunks(inputs)])
    assert (ended.code, ended.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "LIMIT_EXCEEDED")
    assert "8 frames of 256x192 pixels in 1 steps" in ended.sentence


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "end-message"])
def test_the_work_begins_without_a_closed_sending_side(
    channel: grpc.Channel,
    inputs: Inputs,
    right: list[bytes],
    never: threading.Event,
    announced: bool,
) -> None:
    if announced:
        first = [config(**LOSSLESS, inputs=list(inputs)), *chunks(inputs)]
    else:
        first = [config(**LOSSLESS), *chunks(inputs), pb.SynthesizeRequest(end=pb.InputsEnd())]
    assert pixels(call(channel, silent(never, *first))) == right


@pytest.mark.usefixtures("right")
def test_refused_clips_leave_no_memory_to_the_garbage_collector(
    channel: grpc.Channel, inputs: Inputs
) -> None:
    source = inputs[pb.INPUT_SCENE]
    torn = source[: len(source) // 2] + bytes(200) + source[len(source) // 2 + 200 :]
    changed = {**inputs, pb.INPUT_SCENE: torn}
    gc.disable()
    try:
        for _ in range(2):
            assert call(channel, [config(), *chunks(changed)]).code is not grpc.StatusCode.OK
        while "mimo-frames" in Path("/proc/self/maps").read_text():
            pass  # the thread of the engines is about to let go
    finally:
        gc.enable()
