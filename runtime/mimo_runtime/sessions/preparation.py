"""A driving video made a template beside the server, so that neither waits for the other."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mimo_runtime.errors import ResourceError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.wire.progress import OnProgress, Progress
from mimo_runtime.wire.status import error_for

_NICE = 5  # frames of streams that are at work go first
_BOOT = """
import json, os, sys
sys.path[:] = json.loads(sys.argv[1])
os.nice(int(sys.argv[2]))
from mimo_runtime.decomposition.worker import main
main()
"""


def decompose_apart(
    video: Path,
    template: Path,
    limits: MediaLimits,
    token: CancellationToken,
    on_progress: OnProgress,
) -> None:
    """Decompose `video` into the folder `template` in a process of its own.

    Raises:
        MimoError: why it cannot be, as `decompose` says it.
        CancelledError, DeadlineExceededError: as `token` says; the process is gone then.
        ResourceError: the process ended without a word.
    """
    order = {"video": str(video), "template": str(template), "limits": asdict(limits)}
    with _worker() as process:
        forget = token.on_cancel(process.kill)
        try:
            _send(process, order)
            for said in _lines(process):
                token.check()
                if "reason" in said:
                    raise error_for(said["reason"], said["sentence"])
                if "stage" in said:
                    on_progress(Progress(said["stage"], said["done"], said["total"]))
                else:
                    return
            token.check()
        finally:
            forget()
    raise ResourceError(
        "The process that takes the driving video apart ended without a word; see the server's "
        "stderr and free memory, and try again."
    )


@contextlib.contextmanager
def _worker() -> "Iterator[subprocess.Popen[str]]":
    paths = json.dumps([path or str(Path.cwd()) for path in sys.path])
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, paths, str(_NICE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,  # Ctrl-C is for the server to handle
        )  # fmt: skip
    except OSError as error:
        raise ResourceError(
            f"No process can be started to take the driving video apart: {error.strerror}; try "
            "again when the machine is less busy."
        ) from error
    with process:
        try:
            yield process
        finally:
            process.kill()


def _send(process: "subprocess.Popen[str]", order: dict[str, Any]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # that it has ended shows in what it says
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()


def _lines(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)
