"""Motion capture of encoded frames in a process of its own: frames come in, postures go out.

Standard input has a line of JSON, the order, then frames as `packets` writes them; standard output
lines of JSON. The bytes are from anywhere: memory is limited as in a decoding child, and whatever
is wrong with them ends this process alone.
"""

import base64
import contextlib
import json
import os
import resource
import sys
import threading
from dataclasses import asdict
from fractions import Fraction
from typing import Any, BinaryIO

import av.logging

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.body.shipped import load_body
from mimo_runtime.capture.capture import Capture
from mimo_runtime.capture.packet_stream import PacketStream
from mimo_runtime.capture.packets import read_packets
from mimo_runtime.capture.watch import PersonWatch
from mimo_runtime.errors import LimitExceededError, MimoError
from mimo_runtime.media.child.rlimits import limit_memory
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frame
from mimo_runtime.wire.driving import DrivenPerson, DrivingCodec, DrivingFormat
from mimo_runtime.wire.live import LiveSettings, QueuePolicy
from mimo_runtime.wire.status import row_of

_TOO_LARGE = "The driving frames need more memory than is accepted; send smaller ones."


def order_line(settings: LiveSettings, limits: MediaLimits) -> str:
    """The order of a stream that is driven by frames."""
    assert settings.driving is not None  # who is driven by postures needs no capture
    driving = asdict(settings.driving)
    driving["description"] = base64.b64encode(settings.driving.description).decode()
    order = {
        "driving": driving,
        "rate_fps": str(settings.rate_fps),
        "policy": str(settings.policy),
        "shape": dict(settings.shape),
        "limits": asdict(limits),
    }
    return json.dumps(order) + "\n"


def main() -> None:
    """Carry out the order on standard input."""
    say = _Voice(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what a library prints is no message
    av.logging.set_level(None)
    source = sys.stdin.buffer
    try:
        _follow(json.loads(source.readline()), source, say)
    except (MimoError, MemoryError) as error:
        told = error if isinstance(error, MimoError) else LimitExceededError(_TOO_LARGE)
        say(reason=row_of(told).reason, sentence=str(told))
    say(done=True)
    os._exit(0)  # a decoder that failed may crash while it is taken down


class _Voice:
    """Lines to the server, from two threads."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def __call__(self, **values: Any) -> None:
        with self._lock, contextlib.suppress(BrokenPipeError):
            self._file.write(json.dumps(values).encode() + b"\n")
            self._file.flush()


def _follow(order: dict[str, Any], source: BinaryIO, say: _Voice) -> None:
    given = order["driving"]
    given["codec"] = DrivingCodec(given["codec"])
    given["description"] = base64.b64decode(given["description"])
    limits, rate_fps = MediaLimits(**order["limits"]), Fraction(order["rate_fps"])
    estimators, body = open_estimators(), load_body(order["shape"])
    watch = PersonWatch(estimators.people, estimators.bodies)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit_memory(limits)
    say(ready=True)
    stream = PacketStream(
        read_packets(source),
        DrivingFormat(**given),
        rate_fps,
        QueuePolicy(order["policy"]),
        limits,
        lambda: say(taken=True),
    )
    capture = Capture(watch, body, rate_fps, stream.size_px)
    capture.begin(stream.first())
    camera = camera_numbers(capture.camera)
    person = None
    for look in stream.frames():
        pose = pose_frame(look.index, look.capture_s, capture.pose(look.pixels))
        seen = DrivenPerson.FOLLOWED if capture.is_seen else DrivenPerson.LOST
        if seen is not person:
            person = seen
            say(person=seen)
        say(pose=asdict(pose) | {"camera": asdict(camera)})


if __name__ == "__main__":
    main()
