"""A server of live streams for tests of what uses one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.runner.live_shares import LiveShares
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from tests.runtime.runner.live import COSTS, PlainFigures
from tests.runtime.runner.painting_bundle import paint_humans


@contextmanager
def live_server(folder: Path) -> Iterator[LocalServer]:
    """One of a small bundle in `folder`, whose plans do not depend on how busy this machine is."""
    bundle = Bundle.open(paint_humans(folder / "painting"))
    engines = EngineSet(open_backend(bundle, "onnxruntime", 1))
    shares = LiveShares(lambda _name: COSTS)
    runner = ThreadRunner(Synthesizer(engines, figures=PlainFigures(), live=shares))
    with LocalServer(runner) as server:
        yield server
    runner.close()
