"""What a server is held to, whichever door is used: provenance, the audit log, quotas, traces."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.provenance.marking import Marking
from mimo_runtime.serving.audit import Audit
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.sessions.quotas import Quotas, read_quotas
from mimo_runtime.sessions.tracing import NoTracer, Tracer


@dataclass(frozen=True, slots=True)
class Oversight:
    """How results are signed, who is told of them, how much each caller may take, who traces."""

    marking: Marking
    audit: Audit
    quotas: Quotas
    tracer: Tracer
    close: Callable[[], None]


def open_oversight(options: ServerOptions, bundle: Bundle) -> Oversight:
    """That of a server that begins.

    Raises:
        InvalidRequestError, MediaError: a file that is named cannot be used.
        UnsupportedError: signatures or traces are asked for, and the library is not installed.
    """
    quotas = read_quotas(options.quotas) if options.quotas else Quotas()
    marking, audit, endings = Marking(options.provenance), Audit(options, bundle), ExitStack()
    endings.callback(audit.close)
    tracer = _tracer(options.otlp_endpoint, endings) if options.otlp_endpoint else NoTracer()
    return Oversight(marking, audit, quotas, tracer, endings.close)


def _tracer(endpoint: str, endings: ExitStack) -> Tracer:
    try:
        from mimo_runtime.serving.telemetry import Telemetry, provider_of
    except ImportError as error:
        raise UnsupportedError(
            f"Traces need libraries that are not installed ({error.name}); add them by pip install "
            "'mimo-runtime[otel]'."
        ) from error
    telemetry = Telemetry(provider_of(endpoint))
    endings.callback(telemetry.close)
    return telemetry
