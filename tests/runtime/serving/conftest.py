import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest

from mimo_runtime.client.connection import Connection
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.sessions.spool import FOLDER_PREFIX
from mimo_synthetic.ground_truth.clip import Clip
from mimo_synthetic.ground_truth.spec import ClipSpec
from tests.runtime.serving.calls import Inputs, call, chunks, config, files_of, shorten

OpenServer = Callable[..., LocalServer]
Held = tuple[list[str], list[str], int]


@pytest.fixture(scope="session")
def synthesizer(small_bundle: Path) -> Synthesizer:
    return Synthesizer.load(small_bundle, threads=2)


@pytest.fixture(scope="session")
def template(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shorten(small_template, tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="session")
def inputs(template: Path, small_character: Path) -> Inputs:
    return files_of(template, small_character)


@pytest.fixture(scope="session")
def walking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain driving video of 8 frames."""
    path = tmp_path_factory.mktemp("driving") / "walk.mp4"
    Clip(ClipSpec("walk", seed=6, frame_count=8, size_px=192)).write(path)
    return path


@pytest.fixture(scope="session")
def spools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the sessions of this process, and nobody else's, keep their inputs."""
    folder = tmp_path_factory.mktemp("spools")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest.fixture(scope="session")
def runner(synthesizer: Synthesizer) -> Iterator[ThreadRunner]:
    """The engines of all servers of these tests, in a thread."""
    runner = ThreadRunner(synthesizer)
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def open_server(runner: ThreadRunner) -> OpenServer:
    """A function that starts a server with some options, as a context manager."""

    def start(**options: Any) -> LocalServer:
        return LocalServer(runner, ServerOptions(**options))

    return start


@pytest.fixture(scope="session")
def server(open_server: OpenServer, inputs: Inputs, spools: Path) -> Iterator[LocalServer]:
    """One server for all tests that need no options of their own; it has served once."""
    with open_server(max_waiting=1) as server:
        with grpc.insecure_channel(server.address) as channel:
            served = call(channel, [config(), *chunks(inputs)])
        assert served.code is grpc.StatusCode.OK, served.sentence
        yield server


@pytest.fixture(scope="module")
def channel(server: LocalServer) -> Iterator[grpc.Channel]:
    """A connection of its own: what another test leaves unread would fill a shared one."""
    alone = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(server.address, alone) as channel:
        yield channel


@pytest.fixture(scope="module")
def keeper(open_server: OpenServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server with a state folder listens."""
    with open_server(state=tmp_path_factory.mktemp("state")) as server:
        yield server.address


@pytest.fixture
def connection(keeper: str) -> Iterator[Connection]:
    """A client of `keeper`."""
    with Connection(keeper) as connection:
        yield connection


def held(spools: Path) -> Held:
    """What open streams hold: spool folders, threads of the server, decoding processes.

    The decoders are children of a helper process, which is a child of this one and stays.
    """
    folders = sorted(path.name for path in spools.glob(f"*/{FOLDER_PREFIX}*"))
    threads = sorted(thread.name for thread in threading.enumerate() if "mimo" in thread.name)
    process = psutil.Process()
    decoders = len(process.children(recursive=True)) - len(process.children())
    return folders, threads, decoders


@pytest.fixture
def gives_back(
    server: LocalServer, spools: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """After the test no stream holds anything, and nothing unexpected was logged."""
    _, threads, _ = held(spools)
    yield
    give_up_at_s = time.monotonic() + 240  # a machine may be busy with much else
    while held(spools) != ([], threads, 0) and time.monotonic() < give_up_at_s:
        time.sleep(0.02)
    assert held(spools) == ([], threads, 0)
    assert not caplog.records
