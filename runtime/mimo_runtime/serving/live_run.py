"""A live session at work, which may outlive the call that began it."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import CancelledError, IdleError, MimoError, OutOfRangeError
from mimo_runtime.serving.call_record import note_summary
from mimo_runtime.serving.kept_responses import KEPT_S, KeptResponses
from mimo_runtime.serving.live_messages import LiveMessages
from mimo_runtime.serving.live_responses import live_responses
from mimo_runtime.sessions.live_events import LiveSummary
from mimo_runtime.sessions.live_session import LiveSession

Take = Callable[[pb.SynthesizeLiveRequest, LiveSession], None]


class LiveRun:
    """The thread of a session, and one call at a time that it speaks with.

    `resume_s` is for how long it is kept where that call is cut off; with 0 it ends with it.
    `take` gives a client's message to the session; `on_end` is called once, when all is over.
    """

    def __init__(
        self,
        session: LiveSession,
        bundle: Bundle,
        resume_s: float,
        workers: ThreadPoolExecutor,
        take: Take,
        on_end: Callable[[], None],
    ) -> None:
        self.session, self.resume_s = session, resume_s
        self.token = secrets.token_hex(16) if resume_s else ""
        self._bundle, self._take, self._on_end = bundle, take, on_end
        self._kept = KeptResponses(KEPT_S if resume_s else 0.0)
        self._received = 0
        self._call: asyncio.Task[None] | None = None
        self._detached: MimoError | None = None
        self._free = asyncio.Event()
        self._ending: asyncio.Task[None] | None = None
        self.is_held = False
        self.calls = 0
        self._work = asyncio.get_running_loop().run_in_executor(workers, session.work)

    async def serve(self, messages: LiveMessages, after: int | None = None) -> None:
        """Speak with one call until the stream ends, or that does; from message `after` on.

        A call that is cut off raises `asyncio.CancelledError` and leaves the session at work where
        it can be resumed: it `is_held`, and is to be given to `hold`. Everything else ends it.

        Raises:
            MimoError: why the stream ended early.
            OutOfRangeError: what was sent after that message is not kept any more.
        """
        missed = [] if after is None else self._kept.after(after)
        self._call, self._free = asyncio.current_task(), asyncio.Event()
        self.calls, self.is_held = self.calls + 1, False
        reading = asyncio.create_task(self._read(messages))
        reading.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            if after is not None:
                resumed = pb.LiveResumed(received=self._received)
                await messages.write(pb.SynthesizeLiveResponse(resumed=resumed))
            for response in missed:
                await messages.write(response)
            async for event in self.session.events:
                if isinstance(event, LiveSummary):
                    told = event.first_frame_s, event.dropped, event.late
                    note_summary(event.frame_count, *told)
                responses = live_responses(event, self._bundle)
                for response in responses:
                    self._name(response)
                    self._kept.add(response)
                for response in responses:
                    await messages.write(response)
        except (asyncio.CancelledError, IdleError):
            self.is_held = bool(self.resume_s)
            if (detached := self._detached) is not None and self._call is not None:
                self._call.uncancel()  # it was us: the call ends with a word
                self._detached = None
                raise detached from None
            raise
        finally:
            reading.cancel()
            self._call = None
            self._free.set()
            if not self.is_held:
                await self.end()
        await asyncio.wait([reading])
        if not reading.cancelled() and (error := reading.exception()):
            raise error
        self._work.result()

    async def hold(self, calls: int) -> None:
        """Wait for the client of call number `calls` to come back; else end the stream."""
        await asyncio.sleep(self.resume_s)
        if self.calls == calls:
            await self.end()

    async def leave_call(self) -> None:
        """Take it from the call that it speaks with, whose client has come back by another.

        Raises:
            OutOfRangeError: it has ended.
        """
        if self._call is not None:
            self._detach(self._call, CancelledError("The stream goes on by another call; read it."))
            await self._free.wait()
        if self._ending is not None:
            raise OutOfRangeError("The stream has ended meanwhile; open another one.")

    async def end(self) -> None:
        """End the session and give back all it holds, whatever becomes of who waits for that."""
        if self._ending is None:
            self.session.cancel()
            self._ending = asyncio.create_task(self._end())
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        await asyncio.gather(self._work, return_exceptions=True)
        self._on_end()

    def _detach(self, call: asyncio.Task[None], error: MimoError) -> None:
        """Have the call end with `error`, and the session held."""
        self._detached = error
        call.cancel()

    def _name(self, response: pb.SynthesizeLiveResponse) -> None:
        if response.HasField("ready"):
            response.ready.resume_token = self.token
            response.ready.resume_s = self.resume_s

    async def _read(self, messages: LiveMessages) -> None:
        """Take what comes until the client closes its side; what is wrong ends it all."""
        try:
            while (request := await messages.next()) is not None:
                if request.WhichOneof("payload") != "heartbeat":
                    self._received += 1
                self._take(request, self.session)
            if not self.resume_s:  # else it may have been cut off: `end` says that it was not
                self.session.end_poses()
                self.session.credits.finish()
        except MimoError as error:
            if isinstance(error, IdleError) and self.resume_s and self._call is not None:
                self._detach(self._call, error)  # as one that was cut off
                return
            self.session.cancel(error)
            raise
