"""How a server is set up."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from mimo_runtime.engines.choice import AUTO
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.sessions.inputs import InputLimits

MAX_MESSAGE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Options of one server.

    `max_sessions` streams are worked on at once, `max_waiting` may wait beside them; `max_live`
    live streams may be open, of which the engine takes as many as it keeps up with; a client that
    neither sends nor reads for `idle_timeout_s`, or has not sent its inputs in `upload_timeout_s`,
    is dropped; when the server is asked to end, streams have `drain_s` to finish. `engine` runs the
    bundle with `threads` on a CPU, 0 for all cores. With
    `tls_certificate` and `tls_key` (PEM files) the port speaks TLS; without them it opens on a
    loopback address only, unless `insecure`.

    Raises:
        InvalidRequestError: a number is too small, or one half of the TLS pair is missing.
    """

    max_sessions: int = 1
    max_waiting: int = 4
    max_live: int = 8
    idle_timeout_s: float = 30.0
    upload_timeout_s: float = 600.0
    drain_s: float = 20.0
    engine: str = AUTO
    threads: int = 0
    limits: InputLimits = field(default_factory=InputLimits)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    insecure: bool = False

    def __post_init__(self) -> None:
        if self.max_sessions < 1 or self.max_waiting < 0:
            raise InvalidRequestError(
                f"max_sessions is {self.max_sessions} and max_waiting {self.max_waiting}; give "
                "at least 1 and 0."
            )
        if self.max_live < 1:
            raise InvalidRequestError(f"max_live is {self.max_live}; give at least 1.")
        for name in ("idle_timeout_s", "upload_timeout_s", "drain_s"):
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidRequestError(
                    f"{name} is {getattr(self, name)}; give a number of seconds above 0."
                )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise InvalidRequestError("TLS needs both a certificate and a key; give both files.")
