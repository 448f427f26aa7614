"""How long a client goes on with a server that goes away and comes back."""

import time
from collections.abc import Callable
from types import TracebackType

from mimo_runtime.errors import BusyError, IdleError, ServerUnreachableError

PASSING = (ServerUnreachableError, BusyError, IdleError)
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0


class Retries:
    """Errors that pass are waited out, longer each time, until `within_s` are over.

    `with retries:` around one attempt lets such an error vanish after a while, so that the next
    attempt is for a loop to make; `restore` begins anew once something has worked. `on_wait` is
    told a sentence when the waiting begins.
    """

    def __init__(self, on_wait: Callable[[str], None], within_s: float = 120.0) -> None:
        self._on_wait, self._within_s = on_wait, within_s
        self.restore()

    def restore(self) -> None:
        """Begin anew."""
        self._waiting, self._wait_s = False, FIRST_WAIT_S
        self._give_up_s = time.monotonic() + self._within_s

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, PASSING) or time.monotonic() > self._give_up_s:
            return False
        if not self._waiting:
            self._on_wait(f"{error} Trying again for {self._within_s:.0f} seconds.")
            self._waiting = True
        time.sleep(self._wait_s)
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
        return True
