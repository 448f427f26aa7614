"""How a server is set up."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from mimo_runtime.engines.choice import AUTO
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.jobs.limits import JobLimits
from mimo_runtime.provenance.options import ProvenanceOptions
from mimo_runtime.sessions.inputs import InputLimits

MAX_MESSAGE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Options of one server; docs/serving.md tells what each of them bounds, and why.

    `engine` runs the bundle with `threads` on a CPU, 0 for all cores. With `tls_certificate` and
    `tls_key` (PEM files, read again when they change) the port speaks TLS, and with
    `tls_client_ca` only to clients that this authority has signed; without them it opens on a
    loopback address only, unless `insecure`. With `tokens` only callers whose token that file knows
    are served (`serving/tokens.py`). The files of clients lie in `spool_dir`, None for the
    system's place for temporary files. `limits` bound what one stream may send. A line for each
    call goes to `access_log` ("-": standard output), one for each result to `audit_log`; metrics
    are told on `metrics_listen`, spans to the collector at `otlp_endpoint`. Results are signed and
    marked by `provenance`; what each caller may take stands in `quotas` (`sessions/quotas.py`).
    With a folder `state` there are jobs and assets, within `jobs`, and `http_listen` is their HTTP
    door.

    Raises:
        InvalidRequestError: a number is too small, or one half of the TLS pair is missing.
    """

    max_sessions: int = 1
    max_waiting: int = 4
    max_live: int = 8
    max_places_per_host: int = 0
    max_streams: int = 128
    max_streams_per_host: int = 64
    max_watches: int = 256
    max_streams_per_connection: int = 100
    max_connections: int = 1000
    idle_timeout_s: float = 30.0
    upload_timeout_s: float = 600.0
    min_send_bytes_per_s: float = 4096.0
    min_read_bytes_per_s: float = 4096.0
    max_unread_bytes: int = 4 << 30
    progress_interval_s: float = 5.0
    min_ping_interval_s: float = 5.0
    drain_s: float = 20.0
    max_resume_s: float = 30.0
    reflection: bool = True
    engine: str = AUTO
    threads: int = 0
    limits: InputLimits = field(default_factory=InputLimits)
    spool_dir: Path | None = None
    state: Path | None = None
    jobs: JobLimits = field(default_factory=JobLimits)
    http_listen: str = ""
    access_log: Path | None = None
    audit_log: Path | None = None
    quotas: Path | None = None
    provenance: ProvenanceOptions = field(default_factory=ProvenanceOptions)
    metrics_listen: str = ""
    otlp_endpoint: str = ""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    tokens: Path | None = None
    insecure: bool = False

    def __post_init__(self) -> None:
        if self.max_sessions < 1 or self.max_waiting < 0 or self.max_places_per_host < 0:
            raise InvalidRequestError(
                f"max_sessions is {self.max_sessions}, max_waiting {self.max_waiting} and "
                f"max_places_per_host {self.max_places_per_host}; give at least 1, 0 and 0."
            )
        for name in _ABOVE_ZERO:
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidRequestError(
                    f"{name} is {getattr(self, name)}; give a number above 0."
                )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise InvalidRequestError("TLS needs both a certificate and a key; give both files.")
        if self.http_listen and self.state is None:
            raise InvalidRequestError(
                "The HTTP door is one to jobs, which need a state folder; name one (state)."
            )
        if self.tls_client_ca is not None and self.tls_key is None:
            raise InvalidRequestError(
                "Clients can be asked for certificates only where the server has one; give its "
                "certificate and key too."
            )


_ABOVE_ZERO = (
    *("max_live", "max_streams", "max_streams_per_host", "max_watches"),
    *("max_streams_per_connection", "max_connections", "max_unread_bytes"),
    *("idle_timeout_s", "upload_timeout_s", "progress_interval_s", "drain_s"),
    "max_resume_s",
    "min_ping_interval_s",
    *("min_send_bytes_per_s", "min_read_bytes_per_s"),
)
