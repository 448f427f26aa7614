"""One server with an HTTP door for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.serving.conftest import OpenServer
from tests.runtime.serving.http.calls import ANYWHERE, Ask, asking


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def addresses(open_server: OpenServer, folder: Path) -> Iterator[tuple[str, str]]:
    """Where one server listens, for HTTP and for gRPC."""
    with open_server(state=folder, http_listen=ANYWHERE, idle_timeout_s=20) as server:
        yield server.http_address, server.address


@pytest.fixture
def ask(addresses: tuple[str, str]) -> Ask:
    """Asks the server by `http.client`; the answer's JSON."""
    return asking(addresses[0])
