"""The process of a node: tasks in turn, heard by who asked, stopped when that goes away."""

import json
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from mimo_runtime.errors import PreemptedError, ResourceError, ServerUnreachableError
from mimo_runtime.farm.node import Task, ask_node, end_node, serve_node
from mimo_runtime.synthesis.cancellation import CancellationToken

PATIENCE_S = 120


@contextmanager
def serving(path: Path, task: Task, idle_s: float = PATIENCE_S) -> Iterator[threading.Thread]:
    ready = threading.Event()
    thread = threading.Thread(target=serve_node, args=(path, idle_s, task, ready.set))
    thread.start()
    assert ready.wait(PATIENCE_S)
    yield thread
    end_node(path)
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert not path.exists()


def asked(path: Path, *arguments: str) -> tuple[int, list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []
    code = ask_node(path, arguments, lambda kind, text: told.append((kind, text)))
    return code, told


def test_what_a_task_prints_goes_to_who_asked(tmp_path: Path) -> None:
    def task(arguments: Sequence[str], token: CancellationToken) -> int:
        sys.stdout.write(f"doing {' '.join(arguments)}\n")
        sys.stderr.write(f"in {Path.cwd().name}\n")
        return len(arguments)

    with serving(tmp_path / "node", task):
        here = ("err", f"in {Path.cwd().name}\n")
        assert asked(tmp_path / "node", "a", "b") == (2, [("out", "doing a b\n"), here])
        assert asked(tmp_path / "node") == (0, [("out", "doing \n"), here])


def test_a_task_whose_asker_goes_away_is_stopped_and_the_next_is_done(tmp_path: Path) -> None:
    stopped = threading.Event()

    def task(arguments: Sequence[str], token: CancellationToken) -> int:
        if arguments:
            token.on_cancel(stopped.set)
            assert stopped.wait(PATIENCE_S)
            with pytest.raises(PreemptedError, match="Who asked for the frames has gone"):
                token.check()
        return 3

    with serving(tmp_path / "node", task):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
            asker.connect(str(tmp_path / "node"))
            asker.sendall(json.dumps({"arguments": ["x"], "folder": "/"}).encode() + b"\n")
        assert stopped.wait(PATIENCE_S)
        assert asked(tmp_path / "node") == (3, [])


def test_it_ends_when_nobody_comes(tmp_path: Path) -> None:
    serve_node(tmp_path / "node", 0.01, lambda _arguments, _token: 0, lambda: None)
    assert not (tmp_path / "node").exists()


def test_only_this_user_may_connect(tmp_path: Path) -> None:
    with serving(tmp_path / "node", lambda _arguments, _token: 0):
        assert (tmp_path / "node").stat().st_mode & 0o777 == 0o600


def test_where_nobody_listens_or_can_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachableError, match=r"cannot be reached at .*; start it again"):
        asked(tmp_path / "node")
    end_node(tmp_path / "node")
    long = tmp_path / ("n" * 200)
    with pytest.raises(ResourceError, match="Nothing can listen at"):
        serve_node(long, 1, lambda _arguments, _token: 0, lambda: None)
