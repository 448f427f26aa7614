"""The shot that tests of farms share."""

from pathlib import Path

import pytest

from tests.runtime.cli.commands import write_shot


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Of 8 frames, three to a segment, into 'out/shot'."""
    return write_shot(tmp_path, "segment_frames: 3", "output: out/shot")
