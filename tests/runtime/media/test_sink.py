import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import mimo_runtime
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.media.reader import inspect_clip
from mimo_runtime.media.sink import FrameSink, open_sink

from .clips import picture
from .frames import all_frames, psnr_db

SOURCE_ROOT = Path(mimo_runtime.__file__).parents[1]
PICTURES = [picture(index) for index in range(5)]


def sink_to(path: Path) -> FrameSink:
    return open_sink(path, 64, 48, Fraction(24))


def write(path: Path) -> None:
    with sink_to(path) as sink:
        for index, one in enumerate(PICTURES):
            sink.write(index, one)


def fail_while_writing(path: Path) -> None:
    with sink_to(path) as sink:
        sink.write(0, PICTURES[0])
        raise KeyError


def test_a_video_file(tmp_path: Path, limits: MediaLimits) -> None:
    path = tmp_path / "out.mp4"
    path.write_text("older")
    write(path)
    frames = all_frames(path)
    assert min(psnr_db(a, b) for a, b in zip(frames, PICTURES, strict=True)) > 36
    info = inspect_clip(path, limits)
    assert (info.rate_fps, info.colour.matrix) == (Fraction(24), "bt709")
    assert path.read_bytes().find(b"moov") < path.read_bytes().find(b"mdat")
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_of_pictures_is_exact(tmp_path: Path, limits: MediaLimits) -> None:
    path = tmp_path / "out"
    write(path)
    names = [f"frame_{index:06d}.png" for index in range(5)]
    assert sorted(file.name for file in path.iterdir()) == names
    for name, one in zip(names, PICTURES, strict=True):
        np.testing.assert_array_equal(read_picture((path / name).read_bytes(), name, limits), one)


def test_an_earlier_result_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "frame_000007.png").write_bytes(b"older")
    write(path)
    assert len(list(path.iterdir())) == 5
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frame_000000.png").touch()
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InvalidRequestError, match=r"holds 'thesis\.txt'.*choose a new or an empty"):
        sink_to(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_other_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"a name that ends in \.mp4, or one without"):
        sink_to(tmp_path / "out.avi")


@pytest.mark.parametrize("name", ["out.mp4", "out"])
def test_an_error_leaves_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(KeyError):
        fail_while_writing(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.mp4", "out"])
def test_a_place_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidRequestError, match="cannot be written: Not a directory"):
        sink_to(tmp_path / "file" / name)
    with pytest.raises(InvalidRequestError, match="cannot be written: No such file"):
        sink_to(tmp_path / "missing" / name)


FULL_DISK = """
import resource, signal, sys
sys.path[:0] = [sys.argv[2]]
from fractions import Fraction
from pathlib import Path
import numpy as np
import mimo_runtime
from mimo_runtime.errors import ResourceError
from mimo_runtime.media.sink import open_sink
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
noise = np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)
try:
    with open_sink(Path(sys.argv[1]), 512, 512, Fraction(24)) as sink:
        for index in range(3):
            sink.write(index, noise)
except ResourceError as error:
    sys.exit(f"said: {error}")
"""


@pytest.mark.parametrize("name", ["out.mp4", "out"])
def test_a_full_disk_is_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    command = [sys.executable, "-c", FULL_DISK, str(path), str(SOURCE_ROOT)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stderr.startswith(f"said: There is no room to write '{path}'")
    assert list(tmp_path.iterdir()) == []
