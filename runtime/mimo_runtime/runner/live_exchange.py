"""What a running live stream goes on with, made in a thread beside it and taken up by it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MimoError
from mimo_runtime.incident import told_error
from mimo_runtime.runner.live_preparation import PreparedLive
from mimo_runtime.synthesis.live_request import LiveAnswer


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """A change that is ready: everything `prepared` anew, or None where only the scene is another.

    It holds for no posture before `from_index`.
    """

    number: int
    from_index: int
    scene: NDArray[np.uint8] | None
    prepared: PreparedLive | None


class Exchanges:
    """The one that is ready, and answers that a frame is to tell. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: Exchange | None = None
        self._answers: list[LiveAnswer] = []

    def give(self, exchange: Exchange) -> None:
        """Have it taken up."""
        with self._lock:
            self._ready = exchange

    def refuse(self, number: int, sentence: str) -> None:
        """Have it told that a change cannot be."""
        with self._lock:
            self._answers.append(LiveAnswer(number, sentence))

    def due(self, index: int) -> Exchange | None:
        """What is ready for the posture `index`."""
        with self._lock:
            ready = self._ready
        return ready if ready is not None and index >= ready.from_index else None

    def take(self, exchange: Exchange) -> None:
        """Hear that it holds from the next frame on."""
        with self._lock:
            if self._ready is exchange:
                self._ready = None
            plan = None if exchange.prepared is None else exchange.prepared.output.plan
            self._answers.append(LiveAnswer(exchange.number, plan=plan))

    def answers(self) -> tuple[LiveAnswer, ...]:
        """What is to be told; once."""
        with self._lock:
            answers, self._answers = tuple(self._answers), []
        return answers


def exchange_beside(
    make: Callable[[], Exchange],
    number: int,
    exchanges: Exchanges,
    on_scene_error: Callable[[MimoError], None],
    wake: Callable[[], None],
) -> None:
    """Have `make` work in a thread, and the stream take up what comes of it, or tell why not.

    A scene that was sent by itself, number 0, ends the stream where it cannot be read. An error
    that nobody expected is told as an incident.
    """

    def work() -> None:
        try:
            exchanges.give(make())
        except Exception as error:
            told = told_error(error)
            if number:
                exchanges.refuse(number, str(told))
            else:
                on_scene_error(told)
        finally:
            wake()

    threading.Thread(target=work, name="mimo-exchange", daemon=True).start()
