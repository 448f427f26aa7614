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


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More frames than the ring holds, so that the child waits for the reader."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    return write_clip(path, [picture(index) for index in range(60)])
