"""What each caller may take: streams at once, pixels a second, device seconds a day, bytes kept."""

import math
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from mimo_runtime.errors import BusyError, InvalidRequestError
from mimo_runtime.sessions.encoding import EncodedFrames
from mimo_runtime.synthesis.request import OutputFormat

DAY_S: Final = 86_400
_BURST_S: Final = 60.0  # of pixels a second, that may be taken at once
_OTHERS: Final = "default"


@dataclass(frozen=True, slots=True)
class Quota:
    """Bounds of one caller; infinity for none.

    `streams` are open at once. `pixels_per_s` are of finished frames, on average, and
    `device_s_per_day` is time at work, from midnight to midnight in UTC; both are of streams and
    jobs, and begin at 0 with the server.
    """

    streams: float = math.inf
    pixels_per_s: float = math.inf
    device_s_per_day: float = math.inf
    stored_bytes: float = math.inf


@dataclass(slots=True)
class _Account:
    """What a caller has taken."""

    streams: int = 0
    day: int = 0
    device_s: float = 0.0
    owed_px: float = 0.0
    at_s: float = 0.0


@dataclass(slots=True)
class Usage:
    """What one stream takes; filled in while it goes on."""

    pixels: int = 0
    device_s: float = 0.0
    _frame_px: int = 0
    _began_s: float | None = None

    def start(self) -> None:
        """Hear that the work begins."""
        self._began_s = time.monotonic()

    def stop(self) -> None:
        """Hear that it has ended; that may be said twice."""
        if self._began_s is not None:
            self.device_s += time.monotonic() - self._began_s
        self._began_s = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have the time of the block count as work."""
        self.start()
        try:
            yield
        finally:
            self.stop()

    def note(self, event: object) -> None:
        """Count the frames of what a session says."""
        if isinstance(event, OutputFormat):
            self._frame_px = event.width_px * event.height_px
        elif isinstance(event, EncodedFrames):
            self.pixels += self._frame_px * len(event.timestamps_s)


@dataclass(slots=True)
class Quotas:
    """The quotas of all callers, and what they have taken since the server began.

    `by_caller` has those of some, `others` is that of everybody else. From any thread.
    """

    others: Quota = Quota()
    by_caller: Mapping[str, Quota] = field(default_factory=dict)
    now_s: Callable[[], float] = time.time
    _accounts: dict[str, _Account] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, caller: str) -> Quota:
        """The quota of a caller."""
        return self.by_caller.get(caller, self.others)

    def check(self, caller: str) -> None:
        """Refuse a caller that has taken too much.

        Raises:
            BusyError: it may come again later, and is told when.
        """
        with self._lock:
            self._check(caller, self._account(caller))

    @contextmanager
    def stream(self, caller: str) -> Iterator[Usage]:
        """Count a stream, and what it takes, for the time of the block; errors as `check`.

        Raises:
            BusyError: the caller has as many streams as it may.
        """
        with self._lock:
            account, quota = self._account(caller), self.of(caller)
            self._check(caller, account)
            if account.streams >= quota.streams:
                raise BusyError(
                    f"'{caller}' has {account.streams} streams open, which is all of its quota; "
                    "try again when one has ended."
                )
            account.streams += 1
        usage = Usage()
        try:
            yield usage
        finally:
            self.charge(caller, usage)
            with self._lock:
                account.streams -= 1

    def charge(self, caller: str, usage: Usage) -> None:
        """Count what was taken."""
        with self._lock:
            account = self._account(caller)
            account.device_s += usage.device_s
            account.owed_px += usage.pixels

    def _account(self, caller: str) -> _Account:
        """The account of a caller as it is now: a new day begins anew, and pixels are forgiven."""
        account, now_s = self._accounts.setdefault(caller, _Account()), self.now_s()
        rate = self.of(caller).pixels_per_s
        if account.day != int(now_s // DAY_S):
            account.day, account.device_s = int(now_s // DAY_S), 0.0
        if math.isfinite(rate):
            passed_s = max(0.0, now_s - account.at_s)  # a clock may be set back
            account.owed_px = max(0.0, account.owed_px - rate * passed_s)
        account.at_s = now_s
        return account

    def _check(self, caller: str, account: _Account) -> None:
        quota = self.of(caller)
        if account.device_s >= quota.device_s_per_day:
            left_s = DAY_S - self.now_s() % DAY_S
            raise BusyError(
                f"'{caller}' has used {account.device_s:.0f} of its {quota.device_s_per_day:.0f} "
                f"device seconds of today; try again in {left_s:.0f} s."
            )
        if math.isfinite(quota.pixels_per_s) and account.owed_px > quota.pixels_per_s * _BURST_S:
            wait_s = account.owed_px / quota.pixels_per_s - _BURST_S
            raise BusyError(
                f"'{caller}' has made more than its {quota.pixels_per_s:.0f} pixels a second; try "
                f"again in {wait_s:.0f} s."
            )


def read_quotas(path: Path) -> Quotas:
    """The quotas of a TOML file: a table for each caller, and 'default' for everybody else.

    Raises:
        InvalidRequestError: the file cannot be read, or what stands there is no quota.
    """
    try:
        tables = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidRequestError(
            f"The quotas {path} cannot be read: {error}; give a TOML file with a table for each "
            "caller."
        ) from error
    quotas = {name: _quota(path, name, values) for name, values in tables.items()}
    return Quotas(quotas.pop(_OTHERS, Quota()), quotas)


def _quota(path: Path, name: str, values: Any) -> Quota:
    known = [each.name for each in fields(Quota)]
    if not isinstance(values, dict):
        raise InvalidRequestError(
            f"'{name}' in {path} is no table; give one with {', '.join(known)}."
        )
    for key, value in values.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if key not in known or not number or not value > 0:
            raise InvalidRequestError(
                f"'{key} = {value}' of '{name}' in {path} is no quota; give a number above 0 for "
                f"{', '.join(known)}."
            )
    return Quota(**values)
