"""One preparation: a template or a character made of the inputs of a job, and shown to people."""

from pathlib import Path

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.sessions.event_queue import EventQueue
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.kept_work import KeptWork
from mimo_runtime.sessions.orders import CharacterOrder, Order
from mimo_runtime.sessions.preparation import template_order
from mimo_runtime.sessions.session import QUEUED_EVENTS, Event
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.templates.writer import PREVIEW_VIDEO
from mimo_runtime.wire.kinds import InputKind, JobTask
from mimo_runtime.wire.motion_view import MotionView


class Preparing:
    """As `Session`, but what it makes is a folder, `made` of `kept`, and `preview`, which shows it.

    `warnings` tell what may be wrong with it, once the work is done.
    """

    def __init__(
        self,
        task: JobTask,
        view: MotionView,
        limits: InputLimits,
        spool: Path,
        kept: KeptWork,
    ) -> None:
        self.spool = Spool(limits, spool)
        self.events: EventQueue[Event] = EventQueue(QUEUED_EVENTS)
        self.made = kept.made
        is_character = task is JobTask.CHARACTER
        self.preview = (
            self.spool.folder / "preview.png" if is_character else self.made / PREVIEW_VIDEO
        )
        self.warnings: tuple[str, ...] = ()
        self._kept = kept
        self._task = task
        self._view = view
        self._limits = limits
        self._token = CancellationToken()

    def begin(self) -> None:
        """Check that the inputs are whole. Raises ProtocolError."""
        self.spool.finish()

    def work(self) -> None:
        """Have it made; progress goes into the queue, which is ended in any case.

        Raises:
            MimoError: why it cannot be.
        """
        try:
            self.warnings = self._kept.prepare(self._order(), self._token, self.events.put)
        finally:
            self.events.end()

    def cancel(self) -> None:
        """End the work."""
        self._token.cancel()
        self.events.close()

    def close(self) -> None:
        """Free the inputs."""
        self.spool.close()

    def _order(self) -> Order:
        limits = self._limits.media
        if self._task is JobTask.CHARACTER:
            matte = self.spool.file(InputKind.MATTE)
            return CharacterOrder(self.spool.character(), matte, self.made, limits, self.preview)
        order = template_order(self.spool, self.made, limits, self._view, preview=True)
        if order is None:
            raise InvalidRequestError(
                "Nothing came that a template could be made of; send a driving video, or a motion "
                "file and a scene."
            )
        return order
