"""One session: it owns the inputs, the stop signal and the outbox of one stream."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.matte import read_matte
from mimo_runtime.media.picture import read_picture
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.outbox import Outbox
from mimo_runtime.sessions.packing import EncodedFrames, packer_for
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.synthesis.feather import feather_masks_from_pictures
from mimo_runtime.synthesis.job import SynthesisJob
from mimo_runtime.synthesis.request import OutputFormat, SynthesisRequest
from mimo_runtime.synthesis.stop import StopSignal
from mimo_runtime.synthesis.synthesizer import Synthesizer
from mimo_runtime.templates.folder import open_template
from mimo_runtime.wire.kinds import InputKind, OutputKind
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Settings

OUTBOX_ITEMS = 4
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Summary:
    """How a synthesis went; times count from the end of the inputs, in seconds."""

    frame_count: int
    first_frame_s: float
    total_s: float


Event = OutputFormat | Progress | EncodedFrames | Summary


class Session:
    """Spools inputs on the event loop, then works in a thread of its own.

    The order of calls: slices into `spool`, `begin`, `work` (in a thread; what it says is read
    from `outbox`), `close`. `cancel` may come at any time. `deadline_s` is the time left to the
    client, in seconds, or None.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        settings: Settings,
        kind: OutputKind,
        limits: InputLimits,
        deadline_s: float | None,
    ) -> None:
        self.spool = Spool(limits)
        self.outbox: Outbox[Event] = Outbox(OUTBOX_ITEMS)
        self._synthesizer = synthesizer
        self._settings = settings
        self._kind = kind
        self._limits = limits
        self._stop = StopSignal(deadline_s)
        self._began_at_s = 0.0
        self._first_frame_s = 0.0

    def begin(self) -> None:
        """Check that the inputs are whole and start the clock of the summary.

        Raises:
            ProtocolError: an input was cut off.
        """
        self.spool.finish()
        self._began_at_s = time.monotonic()

    def work(self) -> None:
        """Synthesise; every event goes into the outbox, which is ended in any case.

        Raises:
            MimoError: what is wrong with the inputs, or why the work stopped.
        """
        try:
            self._stop.check()
            self.outbox.put(Progress(WAITING, 1, 1))
            self._deliver(self._start())
        finally:
            self.outbox.end()

    def cancel(self) -> None:
        """Stop the work at its next pass, or where it waits for the client."""
        self._stop.cancel()
        self.outbox.close()

    def close(self) -> None:
        """Free the inputs."""
        self.spool.close()

    def _start(self) -> SynthesisJob:
        return self._synthesizer.start(self._request(), self._stop, self.outbox.put)

    def _request(self) -> SynthesisRequest:
        limits = self._limits.media
        character = self.spool.read(InputKind.CHARACTER)
        if character is None:
            raise InvalidRequestError("No picture of the character was sent; send one.")
        matte = self.spool.read(InputKind.MATTE)
        masks = self.spool.read_feather_masks()
        return SynthesisRequest(
            character=read_picture(character, "character", limits),
            template=open_template(self.spool.template_folder, limits),
            settings=self._settings,
            matte=None if matte is None else read_matte(matte, limits),
            feather=feather_masks_from_pictures(masks) if masks else None,
        )

    def _deliver(self, job: SynthesisJob) -> None:
        packer = packer_for(self._kind, job.output)
        self.outbox.put(job.output)
        with contextlib.closing(job.frames()) as frames:
            for frame in frames:
                self._send(packer.add(frame))
        self._send(packer.finish())
        total_s = time.monotonic() - self._began_at_s
        self.outbox.put(Summary(job.output.frame_count, self._first_frame_s, total_s))

    def _send(self, pieces: Iterator[EncodedFrames]) -> None:
        for piece in pieces:
            if piece.timestamps_s and not self._first_frame_s:
                self._first_frame_s = time.monotonic() - self._began_at_s
            self.outbox.put(piece)
