from pathlib import Path

import pytest

from mimo_runtime.media.limits import MediaLimits

from .clips import picture, write_clip


@pytest.fixture(scope="session")
def limits() -> MediaLimits:
    return MediaLimits()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve frames of 64x48 in H.264."""
    folder = tmp_path_factory.mktemp("clip")
    return write_clip(folder / "clip.mp4", [picture(index) for index in range(12)])
