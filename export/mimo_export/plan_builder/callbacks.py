"""What TensorRT calls while it builds: a logger, a progress monitor, and the way to stop it."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

OnStep = Callable[[int, int], None]
_ASKING = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Inside its block Ctrl-C and SIGTERM only set `asked`; behind it KeyboardInterrupt is raised.

    The library cannot take an exception in the middle of a build; what a guarded call raises comes
    behind the block as well.
    """

    def __init__(self) -> None:
        self.asked = False
        self._failure: BaseException = KeyboardInterrupt()
        self._usual: list[tuple[signal.Signals, Any]] = []
        self._ours = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> "Interrupts":
        if self._ours:
            self._usual = [(number, signal.signal(number, self._note)) for number in _ASKING]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, usual in self._usual:
            signal.signal(number, usual)
        if self.asked:
            raise self._failure

    def guard(self, call: OnStep, done: int, total: int) -> None:
        """Make a call; what it raises ends the build."""
        try:
            call(done, total)
        except BaseException as failure:
            self.asked, self._failure = True, failure

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.asked = True


def collecting_log(trt: Any) -> Any:
    """A logger of the library `trt` that keeps what it says of errors in `errors`."""

    class Log(trt.ILogger):  # type: ignore[misc]
        """Keeps errors for the sentence; everything else is noise of the library."""

        def __init__(self) -> None:
            trt.ILogger.__init__(self)
            self.errors: list[str] = []

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.ERROR, trt.ILogger.INTERNAL_ERROR):
                self.errors.append(message.strip())

    return Log()


def step_monitor(trt: Any, on_step: OnStep, interrupts: Interrupts) -> Any:
    """A progress monitor that tells `on_step` of steps done and steps there are."""

    class Monitor(trt.IProgressMonitor):  # type: ignore[misc]
        """Shows the outermost phase; the phases inside it come and go too fast."""

        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self.steps: dict[str, int] = {}

        def phase_start(self, name: str, parent: str | None, steps: int) -> None:
            if not parent:
                self.steps[name] = steps

        def step_complete(self, name: str, step: int) -> bool:
            if name in self.steps:
                interrupts.guard(on_step, step + 1, self.steps[name])
            return not interrupts.asked

        def phase_finish(self, name: str) -> None:
            self.steps.pop(name, None)

    return Monitor()
