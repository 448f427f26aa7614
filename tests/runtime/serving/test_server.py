"""The port: health, reflection, information, TLS, addresses, and the end of a server process."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime import __version__
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.run import serve
from mimo_runtime.serving.service import NAME
from tests.runtime.serving.calls import Inputs, begin, call, chunks, config, outcome

SERVING = health_pb2.HealthCheckResponse.SERVING


def test_health(channel: grpc.Channel) -> None:
    health: Any = health_pb2_grpc.HealthStub(channel)
    for service in ("", "mimo.v1.SynthesisService"):
        asked = health_pb2.HealthCheckRequest(service=service)
        assert health.Check(asked).status == SERVING


def test_reflection_tells_the_contract(channel: grpc.Channel) -> None:
    told = ProtoReflectionDescriptorDatabase(channel)
    assert NAME in told.get_services()
    assert told.FindFileContainingSymbol(NAME).name == "mimo/v1/synthesis.proto"


def test_server_info(channel: grpc.Channel, synthesizer: Synthesizer) -> None:
    info = synthesis_pb2_grpc.SynthesisServiceStub(channel).GetServerInfo(pb.GetServerInfoRequest())
    manifest = synthesizer.bundle.manifest
    assert info.version == __version__
    assert (info.bundle.width_px, info.bundle.height_px) == (manifest.width_px, manifest.height_px)
    assert (info.max_sessions, info.max_waiting) == (1, 1)
    assert info.limits.max_picture_px == 268_435_456


def test_an_open_address_needs_tls_or_a_word(small_bundle: Path) -> None:
    with pytest.raises(InvalidRequestError, match="TLS certificate and key"):
        serve(Bundle.open(small_bundle), "0.0.0.0:0", ServerOptions(), print)


def test_a_port_that_is_taken(small_bundle: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(InvalidRequestError, match="port is taken"):
            serve(Bundle.open(small_bundle), listen, ServerOptions(), print)


@pytest.mark.parametrize(
    "options",
    [
        {"max_sessions": 0},
        {"max_waiting": -1},
        {"idle_timeout_s": 0},
        {"drain_s": float("nan")},
        {"tls_key": "only half of the pair"},
    ],
)
def test_options_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        ServerOptions(**options)


@pytest.fixture
def server_process(small_bundle: Path, tmp_path: Path) -> Iterator[Any]:
    """A server in a process of its own; `address_of` reads what it says at its start."""
    program = (
        "import sys; from pathlib import Path\n"
        "from mimo_runtime.serving.options import ServerOptions\n"
        "from mimo_runtime.bundle import Bundle\n"
        "from mimo_runtime.serving.run import serve\n"
        "options = ServerOptions(drain_s=300)\n"
        "bundle = Bundle.open(Path(sys.argv[1]))\n"
        "serve(bundle, '127.0.0.1:0', options, lambda s: print(s, flush=True))"
    )
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"PYTHONPATH": path, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(small_bundle)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        yield process
        process.kill()


def address_of(process: Any) -> str:
    """Of a server that starts, once it has said all that it says before."""
    told = [process.stdout.readline()]
    while not told[-1].startswith("Serving on"):
        told.append(process.stdout.readline())
        assert told[-1], told
    return str(told[-1].split()[-1].rstrip("."))


def test_a_server_that_is_asked_to_end_finishes_its_streams(
    server_process: Any, inputs: Inputs
) -> None:
    done = threading.Event()
    address = address_of(server_process)
    with grpc.insecure_channel(address) as channel:
        running = begin(channel, [config(steps=120), *chunks(inputs)])
        (engine,) = psutil.Process(server_process.pid).children()
        engine.suspend()  # so that it is at work however long the rest takes
        waiting = begin(channel, [config(), *chunks(inputs)], stage="waiting")
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        sending = stub.Synthesize(itertools.chain([config()], iter(done.wait, None)))
        assert next(sending).HasField("ready")
        server_process.send_signal(signal.SIGTERM)
        assert server_process.stdout.readline().startswith("Ending")
        refused = call(channel, [config()])
        sent_away = []
        for each in (waiting, sending):
            with pytest.raises(grpc.RpcError):
                list(each)
            sent_away.append(outcome(each, []))
        done.set()
        engine.resume()
        finished = outcome(running, list(running))
    told = [(each.code, each.retry) for each in sent_away]
    assert told == [(grpc.StatusCode.UNAVAILABLE, True)] * 2
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE")
    assert refused.retry
    assert "shutting down" in refused.sentence
    assert finished.code is grpc.StatusCode.OK, finished.sentence
    assert server_process.wait() == 0


def test_a_second_signal_ends_at_once(server_process: Any, inputs: Inputs) -> None:
    address = address_of(server_process)
    with grpc.insecure_channel(address) as channel:
        running = begin(channel, [config(steps=1000), *chunks(inputs)])
        server_process.send_signal(signal.SIGINT)
        server_process.stdout.readline()
        server_process.send_signal(signal.SIGINT)
        assert server_process.wait() == 0
        with contextlib.suppress(grpc.RpcError):  # a status comes after what was sent before it
            list(running)
        assert running.code() in (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)


def test_a_second_signal_ends_a_server_that_vets_clips(
    server_process: Any, inputs: Inputs, tmp_path: Path
) -> None:
    address = address_of(server_process)
    family = psutil.Process(server_process.pid)
    with grpc.insecure_channel(address) as channel:
        call(channel, [config(), *chunks(inputs)])  # so that decoders have been started
        engine = family.children()[0]
        while not (decoders := engine.children()):
            time.sleep(0.02)
        decoders[0].suspend()
        running = begin(channel, [config(), *chunks(inputs)], stage="waiting")
        server_process.send_signal(signal.SIGTERM)
        assert server_process.stdout.readline().startswith("Ending")
        server_process.send_signal(signal.SIGTERM)
        assert server_process.wait() == 0
        with contextlib.suppress(grpc.RpcError):
            list(running)
    assert not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE
    decoders[0].resume()
    assert not list(tmp_path.rglob("mimo-session-*"))
