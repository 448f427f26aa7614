"""Finished frames of a live stream as events: encoded, with what is told beside them."""

import time
from collections.abc import Iterator
from dataclasses import replace

from mimo_runtime.sessions.live_events import (
    ChangeAnswered,
    LiveEvent,
    LivePicture,
    LiveState,
    LiveSummary,
    LiveTail,
)
from mimo_runtime.sessions.picture_encoder import LivePictureEncoder
from mimo_runtime.synthesis.live_request import LiveAnswer, LiveFrame
from mimo_runtime.wire.live_change import LiveChange

FROZEN_AFTER = 5
_NO_FRAME = "The stream ended before a frame for which it could hold; send it earlier."


class LiveDelivery:
    """Encodes frames and counts them; one thread. `agreed_s` is the way after which one is late."""

    def __init__(self, encoder: LivePictureEncoder, agreed_s: float) -> None:
        self._encoder, self._agreed_s = encoder, agreed_s
        self._sent = self._late = self._dropped = self._late_in_a_row = 0
        self._frozen = False

    def events(
        self, frame: LiveFrame, credits: int, displayed_frame: int | None = None
    ) -> Iterator[LiveEvent]:
        """What a frame brings: what became of changes, its picture, whether it is late again.

        `displayed_frame` is what was seen by who asked for the change that it answers.
        """
        for answer in frame.answers:
            if answer.plan is not None:
                self._agreed_s = answer.plan.agreed_s
            yield ChangeAnswered(answer, frame.index, displayed_frame)
        picture = self._encoded(frame, credits)
        yield picture
        self._sent, self._late = self._sent + 1, self._late + picture.late
        self._dropped = frame.dropped
        self._late_in_a_row = self._late_in_a_row + 1 if picture.late else 0
        if self._frozen is not (self._late_in_a_row >= FROZEN_AFTER):
            self._frozen = not self._frozen
            yield _state(self._frozen)

    def last_events(
        self, unanswered: LiveChange | None, pose_count: int, first_s: float, total_s: float
    ) -> Iterator[LiveEvent]:
        """What comes behind the last frame: no change is left without an answer."""
        if unanswered is not None:
            yield ChangeAnswered(LiveAnswer(unanswered.number, _NO_FRAME), self._sent)
        if tail := self._encoder.finish():
            yield LiveTail(tail)
        yield LiveSummary(self._sent, pose_count, self._dropped, self._late, first_s, total_s)

    def _encoded(self, frame: LiveFrame, credits: int) -> LivePicture:
        began_s = time.perf_counter()
        data = self._encoder.encode(frame)
        encode_s = time.perf_counter() - began_s
        told = replace(frame, rgb=frame.rgb[:0])
        late = frame.latency_s + encode_s > self._agreed_s
        return LivePicture(told, data, frame.capture_s + self._agreed_s, encode_s, late, credits)


def _state(frozen: bool) -> LiveState:
    if frozen:
        return LiveState(True, f"{FROZEN_AFTER} frames in a row were late; show the last one.")
    return LiveState(False, "Frames come in time again.")
