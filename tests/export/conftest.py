from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from mimo_networks.checkpoint import Checkpoint, load_checkpoint
from tests.export.golden_set import GoldenSet
from tests.golden import GOLDEN, LARGE


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """The networks are tiny: threads that wait for each other cost more than they bring."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(scope="session")
def compact() -> GoldenSet:
    return GoldenSet(GOLDEN, load_checkpoint(GOLDEN / "weights"))


@pytest.fixture(scope="session")
def large() -> GoldenSet:
    if LARGE is None:
        pytest.skip("the larger golden set is not on this machine")
    return GoldenSet(LARGE, load_checkpoint(LARGE / "weights"))


@pytest.fixture(params=["compact", "large"])
def golden(request: pytest.FixtureRequest) -> GoldenSet:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def other(other_checkpoint: Path) -> Checkpoint:
    return load_checkpoint(other_checkpoint)
