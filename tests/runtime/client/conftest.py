from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mimo_runtime.client.inputs import Inputs
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from tests.runtime.serving.calls import shorten


@pytest.fixture(scope="session")
def address(small_bundle: Path) -> Iterator[str]:
    """Where a real server listens."""
    with (
        closing(ThreadRunner(Synthesizer.load(small_bundle, threads=2))) as runner,
        LocalServer(runner) as server,
    ):
        yield server.address


@pytest.fixture(scope="session")
def inputs(
    small_template: Path, small_character: Path, tmp_path_factory: pytest.TempPathFactory
) -> Inputs:
    return Inputs(small_character, shorten(small_template, tmp_path_factory.mktemp("short")))
