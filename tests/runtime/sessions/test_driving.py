"""Encoded frames looked at by the process that a server starts: same postures as on the client."""

import threading
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.body.shipped import load_body
from mimo_runtime.capture.capture import Capture
from mimo_runtime.capture.encoded import EncodedFile
from mimo_runtime.capture.packet_stream import driving_camera
from mimo_runtime.capture.streams import FileStream
from mimo_runtime.capture.watch import PersonWatch
from mimo_runtime.errors import LimitExceededError, MediaError, MimoError, ResourceError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frame
from mimo_runtime.sample import YARD
from mimo_runtime.sessions.driving import MAX_WAITING, DrivingCapture
from mimo_runtime.sessions.following import PoseRoom
from mimo_runtime.wire.driving import Driven, DrivenPerson, DrivingFrame
from mimo_runtime.wire.live import LiveSettings, PoseFrame, QueuePolicy

DRIVING = YARD.with_name("driving.mp4")
RATE = Fraction(5)


@pytest.fixture(scope="module")
def source() -> EncodedFile:
    return EncodedFile(DRIVING, RATE)


@pytest.fixture(scope="module")
def frames(source: EncodedFile) -> list[DrivingFrame]:
    return list(source.frames())


def capture_of(source: EncodedFile, **changes: Any) -> DrivingCapture:
    settings = LiveSettings(
        rate_fps=RATE,
        camera=driving_camera(source.driving),
        policy=QueuePolicy.LOSSLESS,
        driving=source.driving,
    )
    return DrivingCapture(replace(settings, **changes), MediaLimits())


def test_the_postures_are_those_that_a_client_finds(
    source: EncodedFile, frames: list[DrivingFrame]
) -> None:
    """To a hundredth of a millimetre and of a milliradian: the same code on the same pixels."""
    with capture_of(source) as capture:
        capture.wait_until_ready()
        for frame in frames:
            capture.put(frame)
        capture.end()
        events = list(capture.events())
    there = [event for event in events if isinstance(event, PoseFrame)]
    told = [event for event in events if isinstance(event, Driven)]
    assert told[0] == Driven(0, DrivenPerson.SOUGHT)
    assert told[-1] == Driven(36, DrivenPerson.FOLLOWED)
    stream = FileStream(DRIVING, RATE, QueuePolicy.LOSSLESS)
    estimators = open_estimators()
    watch = PersonWatch(estimators.people, estimators.bodies)
    own = Capture(watch, load_body(), RATE, stream.size_px)
    own.begin(stream.first())
    here = [pose_frame(index, 0.0, own.pose(pixels)) for index, pixels in stream.frames()]
    assert [pose.index for pose in there] == [pose.index for pose in here] == list(range(12))
    assert [pose.capture_s for pose in there] == [frame.capture_s for frame in frames[::3]]
    for one, other in zip(there, here, strict=True):
        assert np.allclose(one.root_m, other.root_m, rtol=0, atol=1e-5)
        assert np.allclose(one.rotations, other.rotations, rtol=0, atol=1e-5)
    camera = camera_numbers(own.camera)
    assert all(pose.camera is not None for pose in there)
    assert np.allclose(there[0].camera.rotation, camera.rotation, atol=1e-6)  # type: ignore[union-attr]


def end_of(capture: DrivingCapture, frames: list[DrivingFrame]) -> MimoError:
    with capture:
        capture.wait_until_ready()
        for frame in frames:
            capture.put(frame)
        capture.end()
        with pytest.raises(MimoError) as raised:
            list(capture.events())
    return raised.value


def test_nonsense_is_told(source: EncodedFile) -> None:
    error = end_of(capture_of(source), [DrivingFrame(0, 0.0, b"nonsense" * 50)])
    assert isinstance(error, MediaError)
    assert "cannot be decoded" in str(error)


def test_nobody_is_told(source: EncodedFile, frames: list[DrivingFrame]) -> None:
    """Half a second of somebody is what it takes: two frames are too few and end as well."""
    error = end_of(capture_of(source), [])
    assert isinstance(error, MediaError)
    assert "Nobody is seen" in str(error)


def test_a_process_that_is_killed_is_told(source: EncodedFile, frames: list[DrivingFrame]) -> None:
    with capture_of(source) as capture:
        capture.wait_until_ready()
        capture.put(frames[0])
        capture.kill()
        with pytest.raises(ResourceError, match="was killed"):
            list(capture.events())
        for frame in frames:
            capture.put(frame)  # nobody reads, and nobody waits


def test_no_more_frames_wait_than_are_held(source: EncodedFile) -> None:
    """The process has not begun to read."""
    with capture_of(source) as capture:
        capture.kill()

        def fill() -> None:
            for _ in range(MAX_WAITING + 1):
                capture.put(DrivingFrame(0, 0.0, bytes(200_000)))

        with pytest.raises(LimitExceededError, match="more than are held"):
            fill()


def test_room_is_waited_for() -> None:
    room, entered = PoseRoom(2), threading.Semaphore(0)

    def enter() -> None:
        while room.enter():
            entered.release()

    thread = threading.Thread(target=enter)
    thread.start()
    for _ in range(2):
        entered.acquire()
    room.gone(1)
    entered.acquire()
    room.gone(1)  # said again
    assert not entered.acquire(blocking=False)
    room.close()
    thread.join()
