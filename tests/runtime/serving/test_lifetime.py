"""How streams end early, share the server, and give back what they held."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import psutil
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.serving.local import LocalServer
from tests.runtime.serving.calls import (
    Inputs,
    Outcome,
    Request,
    begin,
    call,
    chunk,
    chunks,
    config,
    pixels,
)
from tests.runtime.serving.conftest import OpenServer

# Far more work than a test could wait for: a stream that ends did stop.
ENDLESS = {"steps": 1000}


@pytest.mark.usefixtures("gives_back")
def test_a_client_that_cancels_stops_the_denoiser(channel: grpc.Channel, inputs: Inputs) -> None:
    begin(channel, [config(**ENDLESS), *chunks(inputs)]).cancel()
    served = call(channel, [config(), *chunks(inputs)])
    assert served.code is grpc.StatusCode.OK, served.sentence


@pytest.mark.usefixtures("gives_back")
def test_a_client_that_hangs_up_stops_the_denoiser(
    server: LocalServer, channel: grpc.Channel, inputs: Inputs
) -> None:
    with grpc.insecure_channel(server.address, [("grpc.use_local_subchannel_pool", 1)]) as own:
        begin(own, [config(**ENDLESS), *chunks(inputs)])
    served = call(channel, [config(), *chunks(inputs)])
    assert served.code is grpc.StatusCode.OK, served.sentence


@pytest.mark.usefixtures("gives_back")
def test_a_client_that_hangs_up_while_it_sends(channel: grpc.Channel, inputs: Inputs) -> None:
    leave = threading.Event()

    def requests() -> Iterator[Request]:
        yield config()
        yield chunk(pb.INPUT_SOURCE, inputs[pb.INPUT_SOURCE][:1000])
        leave.wait()

    running = synthesis_pb2_grpc.SynthesisServiceStub(channel).Synthesize(requests())
    assert next(running).WhichOneof("payload") == "ready"
    running.cancel()
    leave.set()


@pytest.mark.usefixtures("gives_back")
def test_a_deadline_stops_the_denoiser(channel: grpc.Channel, inputs: Inputs) -> None:
    ended = call(channel, [config(**ENDLESS), *chunks(inputs)], deadline_s=1.5)
    assert ended.code is grpc.StatusCode.DEADLINE_EXCEEDED
    served = call(channel, [config(), *chunks(inputs)])
    assert served.code is grpc.StatusCode.OK, served.sentence


def test_a_client_that_falls_silent_is_dropped(open_server: OpenServer) -> None:
    silence = threading.Event()

    def requests() -> Iterator[Request]:
        yield config()
        silence.wait()

    with (
        open_server(idle_timeout_s=0.2) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        ended = call(channel, requests())
        silence.set()
    assert (ended.code, ended.reason) == (grpc.StatusCode.ABORTED, "IDLE")
    assert "sent nothing for 0.2 s" in ended.sentence


def test_a_client_that_sends_for_too_long_is_dropped(open_server: OpenServer) -> None:
    enough = threading.Event()

    def requests() -> Iterator[Request]:
        yield config()
        while not enough.wait(0.05):
            yield chunk(pb.INPUT_SOURCE, b"drop by drop")

    with (
        open_server(upload_timeout_s=0.5) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        ended = call(channel, requests())
        enough.set()
    assert ended.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "longer than 0.5 s" in ended.sentence


def at_once(channel: grpc.Channel, requests: list[Request], count: int) -> list[Outcome]:
    """The outcomes of the same call made `count` times at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: call(channel, requests), range(count)))


@pytest.mark.parametrize("max_sessions", [1, 2], ids=["one-waits", "both-run"])
def test_two_clients_at_once_get_the_same(
    open_server: OpenServer, inputs: Inputs, max_sessions: int
) -> None:
    requests = [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(inputs)]
    with (
        open_server(max_sessions=max_sessions, max_waiting=1) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        first, second = at_once(channel, requests, 2)
    assert pixels(first) == pixels(second)


def test_one_client_too_many_is_told_to_try_again(open_server: OpenServer, inputs: Inputs) -> None:
    with (
        open_server(max_sessions=1, max_waiting=0) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        running = begin(channel, [config(**ENDLESS), *chunks(inputs)])
        refused = call(channel, [config()])
        running.cancel()
    assert (refused.code, refused.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY")
    assert refused.retry
    assert "Try again later" in refused.sentence


def test_a_client_that_leaves_the_queue_gives_its_place_back(
    open_server: OpenServer, inputs: Inputs
) -> None:
    requests = [config(), *chunks(inputs)]
    with (
        open_server(max_sessions=1, max_waiting=1) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        running = begin(channel, [config(**ENDLESS), *chunks(inputs)])
        waiting = begin(channel, requests, stage="waiting")
        assert call(channel, requests).reason == "BUSY"
        waiting.cancel()
        while (entered := call(channel, requests, deadline_s=0.5)).reason == "BUSY":
            pass
        running.cancel()
    assert entered.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_memory_returns(channel: grpc.Channel, inputs: Inputs) -> None:
    """After a warm-up, many streams of every kind leave the process as large as it was.

    What the allocator keeps breathes; a leak would show every time.
    """
    torn = {**inputs, pb.INPUT_SOURCE: inputs[pb.INPUT_SOURCE][:5000]}

    def every_kind() -> None:
        assert call(channel, [config(), *chunks(inputs)]).code is grpc.StatusCode.OK
        call(channel, [config(), *chunks(torn)])
        begin(channel, [config(**ENDLESS), *chunks(inputs)]).cancel()

    process = psutil.Process()
    every_kind()
    before_count, before_files = process.num_threads(), process.num_fds()
    for _ in range(3):
        before_bytes = process.memory_info().rss
        for _ in range(3):
            every_kind()
        if process.memory_info().rss - before_bytes < 24 << 20:
            break
    else:
        pytest.fail("Nine streams made the process larger three times.")
    assert call(channel, [config(), *chunks(inputs)]).code is grpc.StatusCode.OK
    # gRPC's own pools breathe by a few threads and files; nine streams would show otherwise.
    assert process.num_threads() - before_count < 8
    assert process.num_fds() - before_files < 8
