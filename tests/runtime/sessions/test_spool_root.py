"""The folder of clients' files dies with its owner, or when the next owner comes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mimo_runtime.errors import ResourceError
from mimo_runtime.sessions.spool_root import SpoolRoot, file_system_of

OWNER = """
import sys, time
from pathlib import Path
from mimo_runtime.sessions.spool_root import SpoolRoot
root = SpoolRoot(Path(sys.argv[1]))
(root.folder / "mimo-session-1").mkdir()
(root.folder / "mimo-session-1" / "character").write_bytes(b"a face")
print(root.folder, flush=True)
time.sleep(600)
"""


def test_what_a_killed_server_left_is_removed_by_the_next(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as owner:
        assert owner.stdout is not None
        left = Path(owner.stdout.readline().strip())
        living = SpoolRoot(tmp_path)
        assert (left / "mimo-session-1" / "character").is_file()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    assert left.is_dir()
    next_one = SpoolRoot(tmp_path)
    assert not left.exists()
    assert living.folder.is_dir()
    for root in (living, next_one, next_one):
        root.close()
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResourceError, match="name another one"):
        SpoolRoot(tmp_path / "file")


def test_it_is_told_whether_the_folder_is_in_memory(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if file_system_of(memory) != "tmpfs":
        pytest.skip("/dev/shm is no tmpfs here")
    for parent, word in ((memory, "in memory."), (tmp_path, "on a disk;")):
        if parent is tmp_path and file_system_of(parent) == "tmpfs":
            continue
        root = SpoolRoot(parent)
        assert word in root.sentence
        root.close()
