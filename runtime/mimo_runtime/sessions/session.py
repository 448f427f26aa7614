"""One session: it owns the inputs, the token and the event queue of one stream."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sound import ClipSound
from mimo_runtime.provenance.marking import Marking, Stamp
from mimo_runtime.provenance.recipe import Recipe, note_of, recipe_of
from mimo_runtime.runner.runner import Event as StreamEvent
from mimo_runtime.runner.runner import Runner, RunningStream, StreamRequest
from mimo_runtime.sessions.encoding import EncodedFrames, encoder_for
from mimo_runtime.sessions.event_queue import EventQueue
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.kept_work import KeptWork
from mimo_runtime.sessions.overflow import Overflow
from mimo_runtime.sessions.preparation import carry_out, template_order
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame
from mimo_runtime.templates.folder import open_template
from mimo_runtime.templates.sound import template_sound
from mimo_runtime.wire.kinds import InputKind, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.progress import Progress, Stage
from mimo_runtime.wire.settings import Settings

QUEUED_EVENTS = 4


@dataclass(frozen=True, slots=True)
class Summary:
    """How a synthesis went; times count from the end of the inputs, in seconds."""

    frame_count: int
    first_frame_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Made:
    """What a session has made, as an audit log and a signature tell; SHA-256 in hex."""

    recipe: Recipe
    frame_count: int
    sha256: str


Event = OutputFormat | Progress | EncodedFrames | Summary


class Session:
    """Spools inputs on the event loop; then a thread of its own encodes what the runner makes.

    The order of calls: slices into `spool`, `begin`, `work` (in a thread; what it says is read
    from `events`), `close`. `cancel` may come at any time. `deadline_s` is the time left to the
    client, in seconds, or None.

    What the client does not read is kept in a file of the folder that is made in `spool`, up to
    `max_unread_bytes`; beyond them the work waits for the client, while somebody `contended` for
    its place at most `patience_s`.

    `with_sound` has what is heard with a video opened, as `sound`, before its first frame is made.

    Frames are marked, and pictures signed, by `marking`; a video is signed with `seal` by whoever
    has all of it. `made` is told of once the work is done. What an attempt before this one has left
    in `kept` is not made again.
    """

    def __init__(
        self,
        runner: Runner,
        settings: Settings,
        kind: OutputKind,
        limits: InputLimits,
        deadline_s: float | None,
        *,
        view: MotionView | None = None,
        spool: Path | None = None,
        max_unread_bytes: int = 0,
        contended: Callable[[], bool] = lambda: False,
        patience_s: float = 30.0,
        marking: Marking | None = None,
        with_sound: bool = False,
        kept: KeptWork | None = None,
    ) -> None:
        self.spool = Spool(limits, spool)
        self._overflow = Overflow(self.spool.folder, max_unread_bytes)
        self.events: EventQueue[Event] = EventQueue(
            QUEUED_EVENTS, self._keep, contended, patience_s
        )
        self._runner = runner
        self._settings = settings
        self._kind = kind
        self._limits = limits
        self._view = view or MotionView()
        self._marking = marking
        self._kept = kept
        self._digest = hashlib.sha256()
        self._with_sound = with_sound and kind is OutputKind.VIDEO
        self.sound: ClipSound | None = None
        self.seal: Seal | None = None
        self.made: Made | None = None
        self._token = CancellationToken(deadline_s)
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
        """Have it synthesised; every event goes into the queue, which is ended in any case.

        Raises:
            MimoError: what is wrong with the inputs, or why the work stopped.
        """
        try:
            self._token.check()
            self.events.put(Progress(Stage.WAITING, 1, 1))
            template, recipe = self._template(), self._recipe()
            first_frame = self._kept.begin(recipe.digest) if self._kept else 0
            request = self._request(template, first_frame)
            with self._runner.open(request, self._token, self.events.put) as stream:
                if self._with_sound:
                    self.sound = self._heard(template, stream.output.frame_count)
                self._deliver(stream, recipe)
        finally:
            self.events.end()

    def cancel(self) -> None:
        """Stop the work before its next piece, or where it waits for the client."""
        self._token.cancel()
        self.events.close()

    def close(self) -> None:
        """Free the inputs, and what was not read."""
        self._overflow.close()
        self.spool.close()

    def _template(self) -> Path:
        """The template that was sent, or that is made of what was."""
        target = self._kept.made if self._kept else self.spool.folder / "made"
        order = template_order(self.spool, target, self._limits.media, self._view)
        if order is None:
            return self.spool.template_folder
        if not target.is_dir():  # it appears whole
            prepare = self._kept.prepare if self._kept else carry_out
            prepare(order, self._token, self.events.put)
        return target

    def _request(self, template: Path, first_frame: int) -> StreamRequest:
        files = InputFiles(
            self.spool.character(),
            template,
            self.spool.file(InputKind.MATTE),
            self.spool.feather_masks(),
        )
        limits = self._limits
        return StreamRequest(files, self._settings, limits.media, limits.max_work_px, first_frame)

    def _heard(self, template: Path, frame_count: int) -> ClipSound | None:
        return template_sound(open_template(template, self._limits.media, max_frames=frame_count))

    def _keep(self, event: Event) -> Callable[[], Event] | None:
        """Encoded bytes in the file, everything else in memory."""
        if not isinstance(event, EncodedFrames):
            return lambda: event
        if (read := self._overflow.put(event.data)) is None:
            return None
        bare = replace(event, data=b"")
        return lambda: replace(bare, data=read())

    def _deliver(self, stream: RunningStream, recipe: Recipe) -> None:
        output, stamp = stream.output, Stamp()
        if self._marking:
            self.seal = self._marking.seal(recipe, self._signed_inputs())
            stamp = self._marking.stamp(recipe, output.width_px, output.height_px)
        encoder = encoder_for(self._kind, output, note_of(recipe), self.seal)
        self.events.put(output)
        for event in self._events(stream):
            if isinstance(event, OutputFrame):
                self._send(encoder.add(replace(event, rgb=stamp.on(event.rgb))))
            else:
                self.events.put(event)
        self._send(encoder.finish())
        self.made = Made(recipe, output.frame_count, self._digest.hexdigest())
        total_s = time.monotonic() - self._began_at_s
        self.events.put(Summary(output.frame_count, self._first_frame_s, total_s))

    def _events(self, stream: RunningStream) -> Iterator[StreamEvent]:
        """What happens, and before it the frames of attempts before this one.

        The last frame is not kept: a stream makes one frame at least.
        """
        if self._kept is None:
            yield from stream.events()
            return
        last = stream.output.frame_count - 1
        for event in chain(self._kept.frames(stream.output.rate_fps), stream.events()):
            if isinstance(event, OutputFrame) and event.index < last:
                self._kept.add(event)
            yield event

    def _recipe(self) -> Recipe:
        """What the result is made of: the bundle, the settings, and the files that came."""
        runner = self._runner
        return recipe_of(runner.bundle, runner.engine, self._settings, self.spool.files())

    def _signed_inputs(self) -> dict[str, Path]:
        """The inputs that may bring a signature of their own."""
        kinds = (InputKind.CHARACTER, InputKind.DRIVING, InputKind.SCENE_PICTURE)
        return {kind.value: path for kind in kinds if (path := self.spool.file(kind))}

    def _send(self, pieces: Iterator[EncodedFrames]) -> None:
        for piece in pieces:
            if piece.timestamps_s and not self._first_frame_s:
                self._first_frame_s = time.monotonic() - self._began_at_s
            self._digest.update(piece.data)
            self.events.put(piece)
