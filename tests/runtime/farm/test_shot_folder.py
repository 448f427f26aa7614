"""A shot's folder: what is finished stays so, what is damaged is not, nothing is ever half."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.farm.segment import write_segment
from mimo_runtime.farm.shot_folder import begin_shot, open_shot
from mimo_runtime.synthesis.request import OutputFrame
from tests.runtime.farm.shots import made, shot

PART = range(3, 6)


def test_a_segment_is_finished_once_all_of_it_is_there(tmp_path: Path) -> None:
    folder = begin_shot(tmp_path / "shot", shot())
    assert not folder.is_finished(PART)
    write_segment(folder, PART, made(PART))
    assert open_shot(tmp_path / "shot").is_finished(PART)
    assert not folder.is_finished(range(3, 7))
    names = sorted(path.name for path in (tmp_path / "shot").iterdir())
    assert names == ["frames", "segments", "shot.json"]
    for frame in made(PART):
        with Image.open(folder.frame_file(frame.index)) as picture:
            assert picture.tobytes() == frame.rgb.tobytes()
    assert folder.frame_file(3).name == "frame.0004.png"
    manifest = json.loads((tmp_path / "shot" / "segments" / "0004-0006.json").read_bytes())
    assert manifest["frames"] == [4, 6]
    assert manifest["recipe_sha256"] == shot().recipe.digest


@pytest.mark.parametrize("damage", ["cut", "gone", "manifest", "other recipe"])
def test_a_damaged_segment_is_not_finished_and_is_mended(tmp_path: Path, damage: str) -> None:
    folder = begin_shot(tmp_path, shot())
    write_segment(folder, PART, made(PART))
    frame, manifest = folder.frame_file(4), tmp_path / "segments" / "0004-0006.json"
    if damage == "cut":
        frame.write_bytes(frame.read_bytes()[:-1])
    elif damage == "gone":
        frame.unlink()
    elif damage == "manifest":
        manifest.write_text("{")
    else:
        manifest.write_text(manifest.read_text().replace(shot().recipe.digest, "b" * 64))
    assert not folder.is_finished(PART)
    write_segment(folder, PART, made(PART))
    assert folder.is_finished(PART)


def stopping(frames: range) -> Iterator[OutputFrame]:
    yield from made(range(frames.start, frames.stop - 1))
    raise RuntimeError("stopped")


def test_an_error_leaves_whole_frames_and_no_segment(tmp_path: Path) -> None:
    folder = begin_shot(tmp_path, shot())
    with pytest.raises(RuntimeError):
        write_segment(folder, PART, stopping(PART))
    assert not folder.is_finished(PART)
    assert [path.name for path in tmp_path.glob(".*")] == []
    assert len(list((tmp_path / "frames").iterdir())) == 2


def test_two_workers_on_one_segment_do_no_harm(tmp_path: Path) -> None:
    folder, other = begin_shot(tmp_path, shot()), begin_shot(tmp_path, shot())
    first = made(PART)

    def both() -> Iterator[OutputFrame]:
        for frame in first:
            if frame.index == 4:
                write_segment(other, PART, made(PART))
            yield frame

    write_segment(folder, PART, both())
    assert folder.is_finished(PART)
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (shot(seed=7), r"differs in seed \(42, now 7\); choose"),
        (shot(inputs={"character": "b" * 64}), "differs in character; choose"),
        (shot(first_frame=1001), r"number of the first frame \(1, now 1001\)"),
    ],
)
def test_two_shots_in_one_folder_are_refused(tmp_path: Path, other, difference: str) -> None:
    begin_shot(tmp_path, shot())
    with pytest.raises(InvalidRequestError, match=difference):
        begin_shot(tmp_path, other)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InvalidRequestError, match=r"holds 'notes.txt', which is no part of a shot"):
        begin_shot(tmp_path, shot())
    with pytest.raises(InvalidRequestError, match=r"is no folder of a shot: shot.json cannot"):
        open_shot(tmp_path)
    (tmp_path / "shot.json").write_text('{"format": 1}')
    with pytest.raises(InvalidRequestError, match=r"shot.json is damaged: KeyError"):
        open_shot(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidRequestError, match="cannot be written: "):
        begin_shot(tmp_path / "file" / "shot", shot())


READ_ONLY = """
import os, sys
from pathlib import Path
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.farm.segment import write_segment
from mimo_runtime.farm.shot_folder import begin_shot, open_shot
from tests.runtime.farm.shots import made, shot
if os.geteuid() == 0:
    os.setuid(65534)  # root may write anywhere
for action in (
    lambda: begin_shot(Path(sys.argv[1]) / "new", shot()),
    lambda: write_segment(open_shot(Path(sys.argv[1]) / "shot"), range(3), made(range(3))),
):
    try:
        action()
    except InvalidRequestError as error:
        print(error)
"""


def test_a_read_only_target_is_a_sentence_at_the_beginning_and_later() -> None:
    with TemporaryDirectory(dir="/tmp") as folder:  # which anybody may enter
        begin_shot(Path(folder) / "shot", shot())
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        run = subprocess.run(
            [sys.executable, "-c", READ_ONLY, folder], capture_output=True, text=True, check=True
        )
        told = run.stdout.splitlines()
        assert len(told) == 2
        for line in told:
            assert "cannot be written: Permission denied; choose" in line
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o755)


def test_a_rename_that_was_sent_twice_has_succeeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As NFS does where the first answer is lost: the second one is that nothing is there."""
    folder = begin_shot(tmp_path, shot())
    rename = Path.replace

    def renamed_twice(path: Path, target: Path) -> Path:
        rename(path, target)
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", renamed_twice)
        write_segment(folder, PART, made(PART))
    assert folder.is_finished(PART)


FULL = """
import resource, signal, sys
from pathlib import Path
from mimo_runtime.errors import ResourceError
from mimo_runtime.farm.segment import write_segment
from mimo_runtime.farm.shot_folder import begin_shot
from tests.runtime.farm.shots import made, shot
folder = begin_shot(Path(sys.argv[1]), shot())
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
try:
    write_segment(folder, range(3), made(range(3)))
except ResourceError as error:
    print(error)
"""


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "There is no room to write" in run.stdout
    assert list((tmp_path / "frames").iterdir()) == list(tmp_path.glob(".*")) == []
