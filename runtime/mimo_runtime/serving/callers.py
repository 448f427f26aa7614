"""Who calls: whose assets and jobs a call may see."""

from typing import Any

from mimo_runtime.serving.call_record import CURRENT
from mimo_runtime.serving.stream_table import host_of


def caller_of(context: Any) -> str:
    """The name of the caller's token, or of its certificate, else its host."""
    record = CURRENT.get()
    return (record.caller if record else "") or host_of(context.peer())
