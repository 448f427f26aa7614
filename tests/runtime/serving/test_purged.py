"""What was purged is neither on the disk nor in the memory of any process of the server."""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image, PngImagePlugin

from mimo_runtime.client.connection import Connection
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.jobs import JobRequest, create_job, purge_job, watch_job
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.processes import free_address, serving


@pytest.fixture
def secret() -> bytes:
    return secrets.token_bytes(24)


@pytest.fixture
def picture(secret: bytes, small_character: Path, tmp_path: Path) -> Path:
    """The character, with something in its file that is nowhere else."""
    told = PngImagePlugin.PngInfo()
    told.add(b"prVt", secret)
    with Image.open(small_character) as image:
        image.save(tmp_path / "me.png", pnginfo=told)
    assert secret in (tmp_path / "me.png").read_bytes()
    return tmp_path / "me.png"


def test_a_purge_leaves_nothing(
    small_bundle: Path, template: Path, picture: Path, secret: bytes, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("MALLOC_PERTURB_", "1")  # as deploy/mimo.service has it
    address, kept = free_address(), tmp_path / "kept"
    folders = "--state", kept / "state", "--spool-dir", kept / "spool"
    (kept / "spool").mkdir(parents=True)
    command = "--bundle", small_bundle, "--listen", address, "--threads", 1, *folders
    with serving(*command) as server, Connection(address) as connection:
        job = create_job(connection, JobRequest(Inputs(picture, template), Settings(steps=1)))
        *_, ended = watch_job(connection, job.id)
        assert ended.HasField("result"), ended.error
        assert on_disk(kept, secret)
        purge_job(connection, job.id, assets=True)
        assert not on_disk(kept, secret)
        process = psutil.Process(server.pid)
        family = [process, *process.children(recursive=True)]
        assert len(family) > 2  # the engine and what decodes, too
        assert not [each.cmdline() for each in family if in_memory(each.pid, secret)]
    mine = secret + b"!"
    assert in_memory(os.getpid(), mine)  # that there is something to find


def on_disk(folder: Path, secret: bytes) -> bool:
    return any(secret in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def in_memory(pid: int, secret: bytes) -> bool:
    return any(re.search(re.escape(secret), piece) for piece in memory_of(pid))


def memory_of(pid: int) -> Iterator[bytes]:
    """Every mapping of a process that can be read."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:  # noqa: PTH123 - not buffered
        for line in maps:
            begin, end = (int(each, 16) for each in line.split()[0].split("-"))
            if line.split()[1].startswith("r") and "[v" not in line:
                try:
                    memory.seek(begin)
                    yield memory.read(end - begin)
                except OSError:  # of a device, or gone meanwhile
                    continue
