"""`mimo demo` from start to end, as `make demo` runs it."""

from pathlib import Path

import av
import pytest
from PIL import Image

from mimo_runtime.cli import main


def test_the_demo_writes_a_video_and_a_contact_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["demo", "-o", str(tmp_path / "demo")])
    assert end.value.code == 0
    out = capsys.readouterr().out
    assert "36 frames" in out
    assert "Serving on" in out
    with av.open(str(tmp_path / "demo" / "output.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 36
    with Image.open(tmp_path / "demo" / "contact_sheet.png") as sheet:
        assert sheet.width > 1000
    with Image.open(tmp_path / "demo" / "demo.webp") as moving:
        assert (moving.n_frames, moving.size) == (36, (576, 288))
