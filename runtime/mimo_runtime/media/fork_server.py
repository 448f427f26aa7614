"""The warm process that decoding children are forked from."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

from mimo_runtime.errors import ResourceError
from mimo_runtime.media.channel import Channel, ChannelClosedError, channel_pair
from mimo_runtime.media.decode_job import DecodeJob

_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from mimo_runtime.media.child.fork_server import run
run(int(sys.argv[1]), sys.argv[3:])
"""
_SINGLE_THREADED = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class ForkServer:
    """Starts one child per file in a few milliseconds.

    A helper process of its own, because forking this one (threads, gRPC, CUDA) is not safe and
    starting Python for every clip is slow. Unlike multiprocessing it never imports the caller's
    main module. It starts with the first job, again if it was killed, and ends with this process.
    """

    def __init__(self, *preload: str) -> None:
        """Nothing starts yet; `preload` names modules that the helper imports before forking."""
        self._preload = preload
        self._lock = threading.Lock()
        self._requests: Channel | None = None
        self._stop: Callable[[], object] = lambda: None

    def start_child(self, job: DecodeJob, file: int) -> Channel:
        """A connection to a new child that works on the open `file`; closing it ends the child.

        Raises:
            ResourceError: no process can be started.
        """
        ours, theirs = channel_pair()
        try:
            with self._lock:
                self._request(job, [theirs.fileno(), file])
        except ResourceError:
            ours.close()
            raise
        finally:
            theirs.close()
        return ours

    def _request(self, job: DecodeJob, descriptors: list[int]) -> None:
        if self._requests is not None:
            with contextlib.suppress(ChannelClosedError):
                self._requests.send(job.to_wire(), descriptors)
                return
        self._stop()
        self._requests = None  # should the next line fail
        self._requests = self._start()
        self._requests.send(job.to_wire(), descriptors)

    def _start(self) -> Channel:
        ours, theirs = channel_pair()
        try:
            process = self._start_process(theirs.fileno())
        except OSError as error:
            ours.close()
            raise ResourceError(
                f"No process can be started to decode media in ({error.strerror}); "
                "try again when the machine is less busy."
            ) from None
        finally:
            theirs.close()
        self._stop = weakref.finalize(self, _stop, ours, process, os.getpid())
        return ours

    def _start_process(self, requests: int) -> "subprocess.Popen[bytes]":
        paths = json.dumps([path or str(Path.cwd()) for path in sys.path])
        return subprocess.Popen(
            [sys.executable, "-c", _BOOT, str(requests), paths, *self._preload],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[requests],
            env=os.environ | _SINGLE_THREADED,
            start_new_session=True,  # Ctrl-C is for this process to handle
        )


def _stop(requests: Channel, process: "subprocess.Popen[bytes]", owner: int) -> None:
    """End the helper and its children; do nothing in a fork of the process that owns it."""
    if os.getpid() == owner:
        requests.shut_down()
        process.wait()


PYAV_FORK_SERVER = ForkServer()
DALI_FORK_SERVER = ForkServer("nvidia.dali.fn", "cv2")
