import pytest
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.synthesis.synthesizer import Synthesizer


@pytest.fixture(scope="session")
def address(small_bundle):
    """Where a real server listens."""
    with LocalServer(Synthesizer.load(small_bundle, threads=2)) as server:
        yield server.address


@pytest.fixture(scope="session")
def inputs(small_template, small_character):
    return Inputs(small_character, small_template)
