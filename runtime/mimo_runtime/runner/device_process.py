"""The process of one device: a bundle and its denoiser, which makes passes for somebody else."""

from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.bundle import Bundle, shape_from
from mimo_runtime.engines.choice import gpu_of, open_backend
from mimo_runtime.engines.engine import Array
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.scarcity import resource_error
from mimo_runtime.synthesis.window_passes import BoundPasses, PassesPlan

Start = tuple[str, str, str, int]
"""Folder and shape of a bundle, the engine, and its threads."""


def run(descriptor: int) -> None:
    """Do what comes over the connection `descriptor`, in order, until nobody is there.

    An answer is (number, what went wrong as a class and a sentence, value): of what is opened by
    what it runs, of a pass the prediction; of all else only that it went wrong is told.
    """
    connection, server = Connection(descriptor), PassServer()
    while True:
        try:
            number, what, values = connection.recv()
        except (EOFError, OSError):
            return
        answer, error = None, None
        try:
            answer = server.actions[what](*values)
        except Exception as raised:  # becomes that of who asked
            known = resource_error(raised) or raised
            error = type(known).__name__, str(known)
        if what in ("open", "run") or error is not None:
            try:
                connection.send((number, error, answer))
            except OSError:
                return


class PassServer:
    """The engines of a bundle, and the passes of one stream at a time."""

    def __init__(self) -> None:
        self._engines: EngineSet | None = None
        self._passes: BoundPasses | None = None
        self.actions: Mapping[str, Callable[..., Any]] = {
            "open": self._open,
            "hold": lambda *values: self._opened().hold(*values),
            "enter": lambda *values: self._opened().enter(*values),
            "run": self._run,
        }

    def _open(self, start: Start, identity: Mapping[str, Array], plan: PassesPlan) -> str:
        if self._engines is None:
            folder, shape, engine, threads = start
            bundle = Bundle.open(Path(folder), shape_from(shape), verified=True)
            self._engines = EngineSet(open_backend(bundle, engine, threads))
        self._passes = None
        kept = self._engines.bind(plan.settings.denoiser).buffers
        for name, values in identity.items():
            kept[name][...] = values
        here = {name: kept[name] for name in identity}
        self._passes = BoundPasses(self._engines, here, plan)
        return f"{self._engines.name} on {_where(self._engines.name)}"

    def _run(self, slot: int, step: int, latents: Array) -> Array:
        passes = self._opened()
        passes.latents(slot)[...] = latents
        passes.begin(slot, step)
        return np.asarray(passes.finish(slot))

    def _opened(self) -> BoundPasses:
        assert self._passes is not None  # it was opened
        return self._passes


def _where(engine: str) -> str:
    """The kind of device that runs an engine here."""
    gpu = gpu_of(engine)
    return "the CPU" if gpu is None else f"{gpu.name} ({gpu.arch})"
