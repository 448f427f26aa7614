import shutil
from pathlib import Path

import pytest

from mimo_runtime.bundle import Bundle


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Bundle:
    """A copy of the sample bundle, to build plans in."""
    folder = tmp_path / "bundle"
    shutil.copytree(small_bundle, folder, ignore=shutil.ignore_patterns("plans"))
    return Bundle.open(folder)
