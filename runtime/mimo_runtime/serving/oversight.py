"""What a server is held to, whichever door is used: provenance, the audit log, quotas."""

from dataclasses import dataclass

from mimo_runtime.bundle import Bundle
from mimo_runtime.provenance.marking import Marking
from mimo_runtime.serving.audit import Audit
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.sessions.quotas import Quotas, read_quotas


@dataclass(frozen=True, slots=True)
class Oversight:
    """How results are signed, who is told of them, and how much each caller may take."""

    marking: Marking
    audit: Audit
    quotas: Quotas


def open_oversight(options: ServerOptions, bundle: Bundle) -> Oversight:
    """That of a server that begins.

    Raises:
        InvalidRequestError, MediaError: a file that is named cannot be used.
        UnsupportedError: signatures are asked for, and the library is not installed.
    """
    quotas = read_quotas(options.quotas) if options.quotas else Quotas()
    return Oversight(Marking(options.provenance), Audit(options, bundle), quotas)
