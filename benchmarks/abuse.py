"""Attacks on a server, with a good client beside each: is it served right, and how much later?

    python -m benchmarks.abuse                 every attack, against a server of its own
    python -m benchmarks.abuse slow-readers

The good client asks for the shipped sample on a connection of its own and comes again while it is
told that the server is busy. Its result must be that of a quiet server to the byte, and health must
answer. A table tells its time as a multiple of the quiet time.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import click
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.bundle import Bundle
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.runner.process import ProcessRunner
from mimo_runtime.sample import BUNDLE, CHARACTER, YARD
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions

OWN = [("grpc.use_local_subchannel_pool", 1)]
NARROW = [*OWN, ("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536)]
COUNT = 80

Attack = Callable[[grpc.Channel, threading.Event], Any]


@dataclass(frozen=True, slots=True)
class Served:
    """What the good client got and how long that took."""

    data: bytes
    seconds: float


def job(*, lossless: bool = False) -> Iterator[pb.SynthesizeRequest]:
    """The sample in one step."""
    kind = pb.OUTPUT_KIND_LOSSLESS if lossless else pb.OUTPUT_KIND_VIDEO
    yield pb.SynthesizeRequest(config=pb.StreamConfig(steps=1, guidance=1, output_kind=kind))
    for file in Inputs(CHARACTER, YARD).files():
        for chunk in file.chunks():
            yield pb.SynthesizeRequest(chunk=chunk)


def served(address: str) -> Served:
    """Be the good client."""
    began_s = time.monotonic()
    while True:
        with grpc.insecure_channel(address, OWN) as channel:
            stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
            try:
                pieces = [each.frames.data for each in stub.Synthesize(job()) if each.frames.data]
                data = b"".join(
                    pieces[1:]
                )  # the first has the recipe, with hashes of what was sent
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                    raise
                continue
        return Served(data, time.monotonic() - began_s)


def healthy(address: str) -> bool:
    """Whether health answers within a second."""
    with grpc.insecure_channel(address, OWN) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=1)
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def watches(channel: grpc.Channel, _: threading.Event) -> Any:
    """Health streams that stay open."""
    stub: Any = health_pb2_grpc.HealthStub(channel)
    return [stub.Watch(health_pb2.HealthCheckRequest()) for _ in range(COUNT)]


def silent_streams(channel: grpc.Channel, over: threading.Event) -> Any:
    """Streams that never send a config."""
    stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
    return [stub.Synthesize(_waiting(over)) for _ in range(COUNT)]


def slow_senders(channel: grpc.Channel, over: threading.Event) -> Any:
    """Streams that send a byte a second."""

    def drip() -> Iterator[pb.SynthesizeRequest]:
        yield next(job())
        while not over.wait(1):
            chunk = pb.InputChunk(input=pb.INPUT_SOURCE, data=b"x")
            yield pb.SynthesizeRequest(chunk=chunk)

    stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
    return [stub.Synthesize(drip()) for _ in range(8)]


def slow_readers(channel: grpc.Channel, _: threading.Event) -> Any:
    """A job in pictures, of which nothing is read."""
    return synthesis_pb2_grpc.SynthesisServiceStub(channel).Synthesize(job(lossless=True))


def garbage(channel: grpc.Channel, over: threading.Event) -> Any:
    """Messages that are no protobuf, without pause."""

    def send() -> None:
        call = channel.stream_stream("/mimo.v1.SynthesisService/Synthesize")
        while not over.is_set():
            with contextlib.suppress(grpc.RpcError):
                list(call(iter([b"\xff" * 64])))

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def _waiting(over: threading.Event) -> Iterator[pb.SynthesizeRequest]:
    over.wait()
    yield from ()


ATTACKS: dict[str, Attack] = {
    "watches": watches,
    "silent-streams": silent_streams,
    "slow-senders": slow_senders,
    "slow-readers": slow_readers,
    "garbage": garbage,
}


def attacked(address: str, attack: Attack) -> tuple[Served, bool]:
    """The good client, and health, while an attack goes on."""
    over = threading.Event()
    with grpc.insecure_channel(address, NARROW) as channel:
        held = attack(channel, over)
        try:
            return served(address), healthy(address)
        finally:
            over.set()
            if isinstance(held, threading.Thread):
                held.join()


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice(sorted(ATTACKS)))
def main(names: tuple[str, ...]) -> None:
    """Run the attacks that are named, else all."""
    bad = 0
    with closing(ProcessRunner(Bundle.open(BUNDLE), threads=1)) as runner:
        for name in names or ATTACKS:
            with LocalServer(runner, ServerOptions()) as server:
                served(server.address)  # all is loaded
                quiet = served(server.address)
                found, answers = attacked(server.address, ATTACKS[name])
            right = found.data == quiet.data
            bad += not (right and answers)
            print(
                f"{name:15} right: {right}  health: {answers}  "
                f"{found.seconds / quiet.seconds:.2f} times the quiet {quiet.seconds:.2f} s"
            )
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
