"""Calls that are cancelled at any moment leave nothing behind."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.serving.local import LocalServer
from tests.runtime.serving.calls import Inputs, call, chunks, config, pixels
from tests.runtime.serving.conftest import OpenServer

CALLS = 200
# How many messages a client takes before it cancels: none, while its inputs are on their way or are
# looked at, while it waits for its turn, between passes, between frames.
MESSAGES = (0, 0, 0, 0, 1, 2, 3, 5, 8, 12)


def cancelled_after(server: LocalServer, inputs: Inputs, messages: int) -> grpc.StatusCode:
    """How a call on a connection of its own ended that was cancelled after some messages."""
    alone = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(server.address, alone) as channel:
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        running = stub.Synthesize(iter([config(steps=3), *chunks(inputs)]))
        for _ in range(messages):
            next(running)
        running.cancel()
        code: grpc.StatusCode = running.code()
        return code


@pytest.mark.usefixtures("gives_back")
def test_a_storm_of_cancels_leaves_nothing_behind(
    open_server: OpenServer, server: LocalServer, inputs: Inputs, spools: Path
) -> None:
    draw = random.Random(1)
    fates = [draw.choice(MESSAGES) for _ in range(CALLS)]
    with open_server(max_waiting=8) as stormed, grpc.insecure_channel(stormed.address) as channel:
        asked = [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(inputs)]
        quiet = pixels(call(channel, asked))
        with ThreadPoolExecutor(4) as pool:
            ended = list(pool.map(lambda fate: cancelled_after(stormed, inputs, fate), fates))
        assert set(ended) == {grpc.StatusCode.CANCELLED}
        assert pixels(call(channel, asked)) == quiet
