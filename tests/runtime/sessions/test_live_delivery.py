"""What is told of frames that come back: late by what was agreed, frozen where several were."""

from fractions import Fraction

import numpy as np

from mimo_runtime.body.shipped import load_body
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.sessions.live_delivery import FROZEN_AFTER, LiveDelivery
from mimo_runtime.sessions.live_events import ChangeAnswered, LivePicture, LiveState, LiveSummary
from mimo_runtime.sessions.picture_encoder import LivePictureEncoder
from mimo_runtime.synthesis.live_request import LiveAnswer, LiveFormat, LiveFrame
from mimo_runtime.wire.live import PictureFormat

PLAN = LatencyPlan(ChunkPlan((), 1, 0, 1), 0.1, 0.1, 0.3, 0.1, 0.5)
RGB = np.zeros((2, 2, 3), np.uint8)


def delivery(agreed_s: float) -> LiveDelivery:
    output = LiveFormat(2, 2, Fraction(5), PLAN, 2, load_body().skeleton)
    return LiveDelivery(LivePictureEncoder(PictureFormat.RAW, 0, output), agreed_s)


def frame(index: int, latency_s: float, *answers: LiveAnswer) -> LiveFrame:
    return LiveFrame(
        index, index / 5, RGB, index, 100 + index / 5, 0.0, latency_s, index, 0, answers
    )


def test_a_frame_is_late_after_what_was_agreed_and_shown_then() -> None:
    told = delivery(agreed_s=10.0)
    (early,) = told.events(frame(0, 1.0), 5)
    (late,) = told.events(frame(1, 11.0), 5)
    assert isinstance(early, LivePicture)
    assert isinstance(late, LivePicture)
    assert [early.late, late.late] == [False, True]
    assert [early.present_s, late.present_s] == [110.0, 110.2]
    *_, summary = told.last_events(None, 2, 0.1, 1.0)
    assert isinstance(summary, LiveSummary)
    assert summary.late == 1


def test_several_late_ones_freeze_it_until_one_is_in_time() -> None:
    told = delivery(agreed_s=10.0)
    times_s = [11.0] * FROZEN_AFTER + [1.0]
    events = [list(told.events(frame(n, time_s), 5)) for n, time_s in enumerate(times_s)]
    states = [event.frozen for each in events for event in each if isinstance(event, LiveState)]
    assert states == [True, False]
    assert [len(each) for each in events] == [1] * (FROZEN_AFTER - 1) + [2, 2]


def test_a_change_agrees_anew() -> None:
    told = delivery(agreed_s=10.0)
    answered, picture = told.events(frame(0, 1.0, LiveAnswer(1, plan=PLAN)), 5)
    assert isinstance(answered, ChangeAnswered)
    assert isinstance(picture, LivePicture)
    assert picture.late
    assert picture.present_s == 100.3
