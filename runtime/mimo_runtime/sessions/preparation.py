"""What a client sent, prepared in a process beside the server: neither waits for the other."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

from mimo_runtime.errors import InvalidRequestError, ResourceError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.sessions.orders import DecomposeOrder, MixOrder, Order, TemplateOrder, to_line
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.progress import OnProgress, Progress
from mimo_runtime.wire.status import error_for

_NICE = 5  # frames of streams that are at work go first
_BOOT = """
import json, os, sys
sys.path[:] = json.loads(sys.argv[1])
os.nice(int(sys.argv[2]))
from mimo_runtime.sessions.preparation_worker import main
main()
"""


def template_order(
    spool: Spool, target: Path, limits: MediaLimits, view: MotionView, preview: bool = False
) -> TemplateOrder | None:
    """The order to make the template `target` of the inputs in `spool`; None where they are one.

    Raises:
        InvalidRequestError: they are of several ways, or a motion file has no scene.
    """
    driving, motion = spool.file(InputKind.DRIVING), spool.file(InputKind.MOTION_FILE)
    if driving is None and motion is None:
        return None
    check_ways(spool.kinds())
    scene = spool.file(InputKind.SCENE_PICTURE) or spool.file(InputKind.SCENE)
    if driving is not None:
        return DecomposeOrder(driving, target, limits, preview)
    assert motion is not None  # one of the two is there
    assert scene is not None  # as check_ways has found
    return MixOrder(motion, scene, target, limits, view, preview)


def check_ways(kinds: Set[InputKind]) -> None:
    """Check that inputs of these kinds drive a character in one way only.

    Raises:
        InvalidRequestError: they are of several ways, or a motion file has no scene.
    """
    driving, motion = InputKind.DRIVING in kinds, InputKind.MOTION_FILE in kinds
    if not (driving or motion):
        return
    others = {kind for kind in kinds if kind.is_of_template}
    allowed = {InputKind.SCENE} if motion else set()
    if (driving and motion) or others - allowed:
        raise InvalidRequestError(
            "A driving video, a motion file and the files of a template were mixed; send one "
            "driving video, or a motion file and a scene, or one template."
        )
    if motion and not kinds & {InputKind.SCENE, InputKind.SCENE_PICTURE}:
        raise InvalidRequestError(
            "A motion file was sent and no scene; send a picture or a video of it too."
        )


def carry_out(order: Order, token: CancellationToken, on_progress: OnProgress) -> tuple[str, ...]:
    """Do what `order` says in a process of its own; what may be wrong with it, in sentences.

    Raises:
        MimoError: why it cannot be, as who reads the files says it.
        CancelledError, DeadlineExceededError: as `token` says; the process is gone then.
        ResourceError: the process ended without a word.
    """
    with _worker() as process:
        forget = token.on_cancel(process.kill)
        try:
            _send(process, order)
            for said in _lines(process):
                token.check()
                if "reason" in said:
                    raise error_for(said["reason"], said["sentence"])
                if "warnings" in said:
                    return tuple(said["warnings"])
                on_progress(Progress(said["stage"], said["done"], said["total"]))
            token.check()
        finally:
            forget()
    raise ResourceError(
        "The process that prepares the inputs ended without a word; see the server's stderr and "
        "free memory, and try again."
    )


@contextlib.contextmanager
def _worker() -> "Iterator[subprocess.Popen[str]]":
    paths = json.dumps([path or str(Path.cwd()) for path in sys.path])
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, paths, str(_NICE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            process_group=0,  # Ctrl-C is for the server to handle
        )  # fmt: skip
    except OSError as error:
        raise ResourceError(
            f"No process can be started to prepare the inputs: {error.strerror}; try "
            "again when the machine is less busy."
        ) from error
    with process:
        try:
            yield process
        finally:
            process.kill()


def _send(process: "subprocess.Popen[str]", order: Order) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # that it has ended shows in what it says
        process.stdin.write(to_line(order))
        process.stdin.flush()


def _lines(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)
