"""Who is let in and whose turn it is: some sessions at work, a few waiting, the rest refused."""

import asyncio
from copy import deepcopy

from mimo_runtime.errors import BusyError, MimoError, ServerUnreachableError
from mimo_runtime.runner.scheduler import Scheduler


class Place:
    """One session's place: waiting for its turn, then at work. Made by `Admission.enter`."""

    def __init__(self, host: str, counted: bool = True) -> None:
        self.host = host
        self.counted = counted
        self.turn = asyncio.Event()
        self._error: MimoError | None = None

    def refuse(self, error: MimoError) -> None:
        """Send away a session that waits."""
        self._error = error
        self.turn.set()

    async def wait(self, within_s: float) -> bool:
        """Whether its turn has come in `within_s`.

        Raises:
            ServerUnreachableError: it does not come any more.
        """
        try:
            async with asyncio.timeout(within_s):
                await self.turn.wait()
        except TimeoutError:
            return False
        if self._error:
            raise self._error
        return True


class Admission:
    """The sessions inside.

    `max_sessions` are worked on at once and `max_waiting` may wait beside them, of one host at
    most `max_per_host` together (0: no bound). Hosts take turns, as streams do in the loop of the
    engines: the same scheduler says whose it is. Of one host it is who came first.
    Used from one event loop only, but for `contended`.
    """

    def __init__(self, max_sessions: int, max_waiting: int, max_per_host: int = 0) -> None:
        self.max_sessions = max_sessions
        self.max_waiting = max_waiting
        self._max_per_host = max_per_host
        self._working: list[Place] = []
        self._waiting: list[Place] = []
        self._hosts = Scheduler[str]()
        self._closed = False

    @property
    def inside(self) -> int:
        """Sessions that hold a place now."""
        return self.working + self.waiting

    @property
    def working(self) -> int:
        """Sessions that are at work; from any thread."""
        return len(self._working)

    @property
    def waiting(self) -> int:
        """Sessions that wait for their turn; from any thread."""
        return sum(place.counted for place in tuple(self._waiting))

    @property
    def closed(self) -> bool:
        """Whether nobody is let in any more."""
        return self._closed

    def contended(self) -> bool:
        """Whether somebody waits; from any thread."""
        return bool(self._waiting)

    def close(self) -> None:
        """Let nobody in from now on and send away who waits; who is at work stays."""
        self._closed = True
        waiting, self._waiting = self._waiting, []
        for place in waiting:
            place.refuse(closing())

    def check(self, host: str) -> None:
        """Check that one more of `host` would be let in now.

        Raises:
            BusyError: every place is taken.
            ServerUnreachableError: it is closed.
        """
        if self._closed:
            raise closing()
        if self.inside >= self.max_sessions + self.max_waiting:
            raise BusyError(
                f"The server is busy: {self.max_sessions} at work and {self.max_waiting} waiting "
                "is all it takes. Try again later, or start it with more sessions."
            )
        held = self._held(host)
        if self._max_per_host and held >= self._max_per_host:
            raise BusyError(
                f"{held} streams of {host or 'this host'} are inside, which is all that one host "
                "may have; try again when one of them has ended."
            )

    def enter(self, host: str) -> Place:
        """A place for one session, to be left with `leave`; errors as in `check`."""
        self.check(host)
        return self._enter(Place(host))

    def enter_queue(self, name: str) -> Place:
        """A place for the next of a queue of its own, which takes turns with hosts.

        While it waits it keeps nobody else from waiting.

        Raises:
            ServerUnreachableError: it is closed.
        """
        if self._closed:
            raise closing()
        return self._enter(Place(name, counted=False))

    def _enter(self, place: Place) -> Place:
        self._waiting.append(place)
        if place.host not in self._hosts:
            self._hosts.add(place.host)
        self._go_on()
        return place

    def leave(self, place: Place) -> None:
        """Give a place back; that may be said twice."""
        for places in (self._working, self._waiting):
            if place in places:
                places.remove(place)
        if place.host in self._hosts and not self._held(place.host):
            self._hosts.remove(place.host)
        self._go_on()

    def position(self, place: Place) -> int:
        """How many go before a session that waits, if nobody else comes."""
        if place not in self._waiting:
            return 0
        hosts, waiting, before = deepcopy(self._hosts), list(self._waiting), 0
        while (following := _next_of(waiting, hosts)) is not place:
            waiting.remove(following)
            before += 1
        return before

    def _held(self, host: str) -> int:
        return sum(place.host == host for place in (*self._working, *self._waiting))

    def _go_on(self) -> None:
        while self._waiting and len(self._working) < self.max_sessions:
            place = _next_of(self._waiting, self._hosts)
            self._waiting.remove(place)
            self._working.append(place)
            place.turn.set()


def _next_of(waiting: list[Place], hosts: Scheduler[str]) -> Place:
    """Who of those that wait goes next: the first that came of the host whose turn it is."""
    host = hosts.next({place.host for place in waiting}.__contains__)
    return next(place for place in waiting if place.host == host)


def closing() -> ServerUnreachableError:
    """What streams end with that a server which ends does not take."""
    return ServerUnreachableError("The server is shutting down; try again later.")
