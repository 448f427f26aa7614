import tempfile
import threading
import time

import grpc
import psutil
import pytest

from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.sessions.spool import FOLDER_PREFIX
from mimo_runtime.synthesis.synthesizer import Synthesizer
from tests.runtime.serving.calls import call, chunks, config, files_of, shorten


@pytest.fixture(scope="session")
def synthesizer(small_bundle: Path):
    return Synthesizer.load(small_bundle, threads=2)


@pytest.fixture(scope="session")
def template(small_template: Path, tmp_path_factory: pytest.TempPathFactory):
    return shorten(small_template, tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="session")
def inputs(template: Path, small_character: Path):
    return files_of(template, small_character)


@pytest.fixture(scope="session")
def spools(tmp_path_factory: pytest.TempPathFactory):
    """Where the sessions of this process, and nobody else's, keep their inputs."""
    folder = tmp_path_factory.mktemp("spools")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest.fixture(scope="session")
def open_server(synthesizer: Synthesizer):
    """A function that starts a server with some options, as a context manager."""

    def start(**options):
        return LocalServer(synthesizer, ServerOptions(**options))

    return start


@pytest.fixture(scope="session")
def server(open_server: OpenServer, inputs: Inputs, spools: Path):
    """One server for all tests that need no options of their own; it has served once."""
    with open_server(max_waiting=1) as server:
        with grpc.insecure_channel(server.address) as channel:
            served = call(channel, [config(), *chunks(inputs)])
        assert served.code is grpc.StatusCode.OK, served.sentence
        yield server


@pytest.fixture(scope="session")
def channel(server: LocalServer):
    with grpc.insecure_channel(server.address) as channel:
        yield channel


def held(spools: Path):
    """What open streams hold: spool folders, threads of the server, child processes."""
    folders = sorted(path.name for path in spools.glob(f"{FOLDER_PREFIX}*"))
    threads = sorted(thread.name for thread in threading.enumerate() if "mimo" in thread.name)
    children = len(psutil.Process().children(recursive=True))
    return folders, threads, children


@pytest.fixture
def gives_back(server: LocalServer, spools: Path):
    """After the test the process holds what it held before: folders, threads, children."""
    before = held(spools)
    yield
    give_up_at_s = time.monotonic() + 30
    while held(spools) != before and time.monotonic() < give_up_at_s:
        time.sleep(0.02)
    assert held(spools) == before
