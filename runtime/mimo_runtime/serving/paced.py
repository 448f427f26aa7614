"""Reading from and writing to a client whose slowness is bounded."""

from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar

from mimo_runtime.errors import IdleError
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.pace import LEAST_BYTES, Pace

Request = TypeVar("Request")


class PacedReader(Generic[Request]):
    """The messages of a client; `way_out` is what one that is too slow had better do.

    Whoever reads says of each message how much it counts for (`pace`).
    """

    def __init__(
        self, requests: AsyncIterator[Request], options: ServerOptions, way_out: str
    ) -> None:
        self._requests: AsyncIterator[Request] = requests
        self._options = options
        self._way_out = way_out
        self.pace = Pace(options.idle_timeout_s, options.min_send_bytes_per_s)

    async def next(self) -> Request | None:
        """The next message; None when the client has closed its side. Raises IdleError."""
        try:
            async with self.pace.waiting():
                return await anext(self._requests, None)
        except TimeoutError:
            raise IdleError(
                f"The client sent nothing for {self._options.idle_timeout_s:g} s, or less than "
                f"{self._options.min_send_bytes_per_s:g} bytes a second; {self._way_out}."
            ) from None


class PacedWriter:
    """Messages to a client."""

    def __init__(self, context: Any, options: ServerOptions) -> None:
        self._context = context
        self._options = options
        self.pace = Pace(options.idle_timeout_s, options.min_read_bytes_per_s)

    async def write(self, response: Any) -> None:
        """Write a message.

        Raises:
            IdleError: the client did not read in time.
        """
        try:
            async with self.pace.waiting():
                await self._context.write(response)
        except TimeoutError:
            raise IdleError(
                f"The client read nothing for {self._options.idle_timeout_s:g} s, or less than "
                f"{self._options.min_read_bytes_per_s:g} bytes a second; read the responses."
            ) from None
        self.pace.moved(max(response.ByteSize(), LEAST_BYTES))
