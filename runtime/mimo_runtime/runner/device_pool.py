"""Engines of one bundle on several devices of this machine, a process each.

Latents and solver stay with who asks; a process is sent the latents of a window and sends back what
the network predicts. One that ends takes the stream with it.
"""

import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import gpu_of
from mimo_runtime.engines.engine import Array, Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import EngineLostError, ResourceError, UnsupportedError
from mimo_runtime.runner.messages import error_from
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.memory import device_bytes
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.synthesis.window_passes import PassesPlan

_VISIBLE = "CUDA_VISIBLE_DEVICES"
_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from mimo_runtime.runner.device_process import run
run(int(sys.argv[1]))
"""


class DevicePool:
    """Processes that make passes of `bundle`, begun when a stream first needs them.

    Without a GPU, `threads` of ONNX Runtime are those of each process; 0 shares out the cores.
    """

    def __init__(self, bundle: Bundle, devices: int, threads: int, engine: str) -> None:
        self.devices = devices
        self._bundle = bundle
        self._start = (
            str(bundle.folder.resolve()),
            str(bundle.manifest.shape),
            engine,
            threads or max(1, (os.cpu_count() or 1) // devices),
        )
        self._processes: list[DeviceProcess] = []

    def needed_bytes(self, engines: EngineSet, windows: int, settings: ResolvedSettings) -> int:
        """See `SpreadEngines.needed_bytes`: of GPUs, the first is that of this process too."""
        beside = self.devices if gpu_of(engines.name) is None else 1
        alive = [each.is_alive for each in self._processes[:beside]]
        return sum(
            device_bytes(engines, windows, settings, number < len(alive) and alive[number])
            for number in range(beside)
        )

    def open(self, identity: Identity, plan: PassesPlan) -> "SpreadPasses":
        """Bind the passes of one stream on all devices; that of the stream before is forgotten.

        Raises:
            ResourceError: a process cannot be started, or the components do not fit into memory.
            UnsupportedError: there are not so many devices of one kind.
            MimoError: as its engine does not load.
        """
        for number in range(self.devices):
            if number == len(self._processes):
                self._processes.append(DeviceProcess(number))
            elif not self._processes[number].is_alive:
                self._processes[number] = DeviceProcess(number)
        values = {name: np.asarray(tensor) for name, tensor in identity.items()}
        asked = [each.ask("open", self._start, values, plan) for each in self._processes]
        check_alike([each.first(n) for each, n in zip(self._processes, asked, strict=True)])
        return SpreadPasses(self._bundle, self._processes, plan)


def check_alike(devices: Sequence[str]) -> None:
    """Refuse devices that would not give the same bits, each told as what runs where.

    Raises UnsupportedError.
    """
    for number, device in enumerate(devices, 1):
        if device != devices[0]:
            raise UnsupportedError(
                f"Device {number} would run {device}, and the first one {devices[0]}, so that "
                "frames would not be those of one device; ask for fewer devices."
            )


class SpreadPasses:
    """As `WindowPasses`, in the processes of a pool."""

    def __init__(self, bundle: Bundle, processes: "list[DeviceProcess]", plan: PassesPlan) -> None:
        shape = bundle.tensor(plan.settings.denoiser, "latents").shape
        self._latents = [np.zeros(shape, np.float32) for _ in range(plan.windows)]
        self._processes = processes
        self.devices = len(processes)
        self._asked = [0] * plan.windows

    def hold(self, slot: int, frame_count: int) -> None:
        """See `WindowPasses.hold`."""
        self._process(slot).ask("hold", slot, frame_count)

    def enter(self, slot: int, position: int, condition: Tensor) -> None:
        """See `WindowPasses.enter`."""
        self._process(slot).ask("enter", slot, position, np.asarray(condition))

    def latents(self, slot: int) -> Array:
        """See `WindowPasses.latents`."""
        return self._latents[slot]

    def begin(self, slot: int, step: int) -> None:
        """See `WindowPasses.begin`."""
        self._asked[slot] = self._process(slot).ask("run", slot, step, self._latents[slot])

    def finish(self, slot: int) -> Array:
        """See `WindowPasses.finish`; raises what went wrong there."""
        prediction: Array = self._process(slot).answer(self._asked[slot])
        return prediction

    def _process(self, slot: int) -> "DeviceProcess":
        return self._processes[slot % len(self._processes)]


class DeviceProcess:
    """One process, on the GPU of that number where there are some.

    Raises ResourceError where it cannot be started.
    """

    def __init__(self, number: int) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        try:
            process = _spawn(theirs, number)
        except OSError as error:
            raise ResourceError(
                f"No process can be started for device {number + 1}: {error.strerror}; try again "
                "when the machine is less busy, or with fewer devices."
            ) from None
        finally:
            theirs.close()
        self._number, self._process = number, process
        self._counter = count(1)
        self._answers: SimpleQueue[Any] = SimpleQueue()
        self._kept: dict[int, Any] = {}
        threading.Thread(target=_read, args=(self._connection, self._answers), daemon=True).start()
        weakref.finalize(self, _end, process)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, what: str, *values: Any) -> int:
        """Have something done, after what was asked before; the number of the answer."""
        number = next(self._counter)
        with contextlib.suppress(OSError):  # that it has ended shows in `answer`
            self._connection.send((number, what, values))
        return number

    def first(self, number: int) -> Any:
        """As `answer`; what was asked before is forgotten, whatever became of it."""
        value = self.answer(number, oldest=number)
        self._kept.clear()
        return value

    def answer(self, number: int, oldest: int = 0) -> Any:
        """What was asked by that number, once it is there; others that come first are kept.

        Raises:
            EngineLostError: the process has ended.
            MimoError: what went wrong there, of what was asked since `oldest`.
        """
        while number not in self._kept and (said := self._answers.get()) is not None:
            answered, error, value = said
            if error is not None and answered >= oldest:
                raise error_from(*error)
            self._kept[answered] = value
        if number in self._kept:
            return self._kept.pop(number)
        self._answers.put(None)
        raise EngineLostError(
            f"The process of device {self._number + 1} ended in the middle of the work; run the "
            "same command again."
        )


def _read(connection: Connection, answers: "SimpleQueue[Any]") -> None:
    """All answers, then None; read as they come, so that neither end waits for the other."""
    try:
        while True:
            answers.put(connection.recv())
    except (EOFError, OSError):
        answers.put(None)


def _spawn(theirs: Connection, number: int) -> "subprocess.Popen[bytes]":
    paths = json.dumps([path or str(Path.cwd()) for path in sys.path])
    visible = os.environ.get(_VISIBLE, "")
    chosen = visible.split(",")[number:][:1] if visible else [str(number)]
    return subprocess.Popen(
        [sys.executable, "-c", _BOOT, str(theirs.fileno()), paths],
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        env=os.environ | {_VISIBLE: ",".join(chosen)},
        start_new_session=True,  # Ctrl-C is for who asks to handle
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
