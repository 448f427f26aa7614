"""Spans of a session for whoever traces requests through many programs; none without a tracer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

OnEvent = Callable[[object], None]


class Tracer(Protocol):
    """Makes spans."""

    def session(
        self, name: str, attributes: Mapping[str, str], headers: Mapping[str, str]
    ) -> AbstractContextManager[OnEvent]:
        """A span for the time of the block; what it gives is told what the session says.

        `headers` may name the span of another program that it belongs to.
        """


class NoTracer:
    """Makes none."""

    @contextmanager
    def session(
        self,
        name: str,  # noqa: ARG002
        attributes: Mapping[str, str],  # noqa: ARG002
        headers: Mapping[str, str],  # noqa: ARG002
    ) -> Iterator[OnEvent]:
        """Nothing."""
        yield lambda _event: None
