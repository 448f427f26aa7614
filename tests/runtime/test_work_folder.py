import subprocess
import sys
from pathlib import Path

import pytest

from mimo_runtime.work_folder import replaced_folder, work_folder

HOLDS = """
import sys
from pathlib import Path
from mimo_runtime.work_folder import work_folder
with work_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_bytes(b"half")
    (folder / "more").mkdir()
    print(folder.name, flush=True)
    sys.stdin.read()
"""


def worker(parent: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLDS, str(parent)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_what_a_killed_worker_left_goes_and_what_another_holds_stays(tmp_path: Path) -> None:
    with worker(tmp_path) as killed, worker(tmp_path) as at_work:
        assert killed.stdout
        assert at_work.stdout
        left, held = (process.stdout.readline().strip() for process in (killed, at_work))
        killed.kill()
        killed.wait()
        assert (tmp_path / left / "half").is_file()
        with work_folder(tmp_path) as mine:
            assert {path.name for path in tmp_path.iterdir()} == {held, mine.name}
        at_work.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_lock_goes_where_it_is_empty(tmp_path: Path) -> None:
    (tmp_path / ".work-new").mkdir()
    (tmp_path / ".work-kept").mkdir()
    (tmp_path / ".work-kept" / "something").touch()
    with work_folder(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [".work-kept"]


def test_it_goes_with_an_error_too(tmp_path: Path) -> None:
    try:
        with work_folder(tmp_path) as folder:
            (folder / "half").touch()
            raise KeyError
    except KeyError:
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["new", "old", "lock", "a folder"])
def test_a_folder_of_any_name_is_replaced(tmp_path: Path, name: str) -> None:
    for content in ("first", "second"):
        with replaced_folder(tmp_path / name, "file".__eq__, "part of it") as folder:
            (folder / "file").write_text(content)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "file").read_text() == "second"
