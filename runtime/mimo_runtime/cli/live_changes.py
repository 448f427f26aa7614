"""Changes of a running stream, as a user writes them and as they are sent."""

import re
from pathlib import Path
from typing import Any

import click

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.live import LiveCall
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.live_change import LiveChange

_KINDS = {
    "character": Path, "matte": Path, "scene": Path, "steps": int, "guidance": float,
    "solver": str, "step-table": str, "guidance-interval": str, "latency-ms": float,
}  # fmt: skip

_NEXT = re.compile(r",(?=[^,=]*=)")  # a comma between numbers is part of a value


def parse_change(text: str, number: int) -> LiveChange:
    """The change of a text such as "120:scene=beach.jpg,guidance=2"; `number` is its own.

    Raises:
        InvalidRequestError: it is none.
    """
    index, _, rest = text.partition(":")
    given: dict[str, Any] = {}
    for part in _NEXT.split(rest):
        name, _, value = part.strip().partition("=")
        try:
            given[name.replace("-", "_")] = _KINDS[name](value)
        except (KeyError, ValueError):
            raise InvalidRequestError(
                f"'{part.strip()}' of the change '{text}' names nothing that can be changed; give "
                f"NAME=VALUE of {', '.join(_KINDS)}."
            ) from None
    if not index.strip().isdecimal():
        raise InvalidRequestError(
            f"The change '{text}' does not say from which frame on; begin it with a number and a "
            "colon, such as 120:guidance=2."
        )
    if "latency_ms" in given:
        given["latency_s"] = given.pop("latency_ms") / 1000
    return LiveChange(number=number, from_index=int(index), **given)


class ChangeSender:
    """Sends changes one after the other, each when the one before it was answered."""

    def __init__(self, call: LiveCall, changes: tuple[LiveChange, ...]) -> None:
        self._call, self._left = call, list(changes)
        self._asked: LiveChange | None = None
        self._next()

    def answered(self, applied: pb.LiveApplied) -> None:
        """Say what became of one, and send the next."""
        if applied.refused:
            click.echo(f"Change {applied.number} was refused: {applied.refused}", err=True)
        else:
            click.echo(
                f"Change {applied.number} holds from frame {applied.from_index} on.", err=True
            )
            for reason in applied.replanned.reasons:
                click.echo(reason, err=True)
        self._next()

    def ended(self) -> None:
        """Say which were never sent, or answered."""
        if self._asked is not None:
            click.echo(f"Change {self._asked.number} was too late: the stream ended.", err=True)
        for change in self._left:
            click.echo(f"Change {change.number} was not sent: the stream ended.", err=True)

    def _next(self) -> None:
        self._asked = self._left.pop(0) if self._left else None
        if self._asked is not None:
            self._call.change(self._asked)
