"""A server that is away: told once, asked again, given up."""

import socket
from collections.abc import Iterator

import pytest

from mimo.v1 import jobs_pb2 as pb
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.retries import Retries
from mimo_runtime.errors import ServerUnreachableError


@pytest.fixture
def told() -> list[str]:
    """What was said of waiting."""
    return []


@pytest.fixture
def connection(told: list[str]) -> Iterator[Connection]:
    """To a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with Connection(f"127.0.0.1:{taken.getsockname()[1]}", on_wait=told.append) as found:
            yield found


def ask(connection: Connection) -> None:
    connection.ask(connection.jobs.GetJob, pb.GetJobRequest(id="video_1"))


def test_it_is_asked_again_and_told_once(connection: Connection, told: list[str]) -> None:
    retries = connection.retries()
    for _ in range(3):
        with retries:
            ask(connection)
    assert len(told) == 1
    assert connection.server in told[0]
    assert told[0].endswith("Trying again for 120 seconds.")
    retries.restore()
    with retries:
        ask(connection)
    assert len(told) == 2


def test_it_is_given_up_after_its_time(connection: Connection, told: list[str]) -> None:
    with pytest.raises(ServerUnreachableError), Retries(told.append, within_s=-1):
        ask(connection)
    assert not told
