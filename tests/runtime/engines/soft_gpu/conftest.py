from pathlib import Path

import pytest

from mimo_runtime.engines.cuda.gpu import Gpu
from tests.bundles import SMALL_BUNDLE
from tests.runtime.engines.soft_gpu.library import SoftDriver


@pytest.fixture(scope="session")
def gpu() -> Gpu:
    return Gpu()


@pytest.fixture(scope="session")
def driver(gpu: Gpu) -> SoftDriver:
    assert gpu.device.name == "Soft GPU", "a real GPU is here; these tests are for none"
    return SoftDriver()


@pytest.fixture(scope="session")
def small_bundle() -> Path:
    return SMALL_BUNDLE
