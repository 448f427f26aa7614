from collections.abc import Iterator
from pathlib import Path

import pytest

from mimo_runtime.client.inputs import Inputs
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.synthesis.synthesizer import Synthesizer
from tests.runtime.serving.calls import shorten


@pytest.fixture(scope="session")
def address(small_bundle: Path) -> Iterator[str]:
    """Where a real server listens."""
    with LocalServer(Synthesizer.load(small_bundle, threads=2)) as server:
        yield server.address


@pytest.fixture(scope="session")
def inputs(
    small_template: Path, small_character: Path, tmp_path_factory: pytest.TempPathFactory
) -> Inputs:
    return Inputs(small_character, shorten(small_template, tmp_path_factory.mktemp("short")))
