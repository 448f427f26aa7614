"""What happened to each frame of a live stream, and the figures that it makes.

Times are seconds on one clock of the client. The load is open: a frame counts from when it should
have been sent, not from when it was, so that a stall is seen by every frame that it held back
(no coordinated omission).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mimo_runtime.errors import UnsupportedError

PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)
MAX_SAMPLES = 20_000
_LARGEST_US = 600_000_000
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class FrameSample:
    """One frame: when its posture should have gone out, when its picture was there.

    `waited_s` and `engine_s` are the server's: until its posture was taken up, until it was
    finished; `encode_s` what its picture took.
    """

    intended_s: float
    received_s: float
    waited_s: float
    engine_s: float
    encode_s: float

    @property
    def latency_s(self) -> float:
        """From motion to photon, without the screen."""
        return self.received_s - self.intended_s


@dataclass(slots=True)
class StreamSamples:
    """All frames of one stream, and what was agreed for it.

    `period_s` is that of its rate, `agreed_s` the way after which a frame is late; `sent` postures
    went out, and `most_on_their_way` frames were at once of those that were granted.
    """

    period_s: float
    agreed_s: float
    sent: int = 0
    dropped: int = 0
    most_on_their_way: int = 0
    frames: list[FrameSample] = field(default_factory=list)


def figures(streams: Sequence[StreamSamples]) -> dict[str, object]:
    """Every figure of a run, times in milliseconds: percentiles, and counts over all streams."""
    frames = [frame for stream in streams for frame in stream.frames]
    return {
        "streams": len(streams),
        "frames": len(frames),
        "sent": sum(stream.sent for stream in streams),
        "dropped": sum(stream.dropped for stream in streams),
        "most_on_their_way": max((s.most_on_their_way for s in streams), default=0),
        "deadline_misses": sum(map(_misses, streams)),
        "frames_per_s": sum(map(_rate, streams)),
        "first_frame_ms": percentiles(s.frames[0].latency_s for s in streams if s.frames),
        "motion_to_photon_ms": percentiles(frame.latency_s for frame in frames),
        "inter_frame_ms": percentiles(x for s in streams for x in _intervals(_received(s))),
        "presented_interval_ms": percentiles(x for s in streams for x in _intervals(presented(s))),
        "jitter_ms": max((jitter_s(stream) for stream in streams), default=0.0) * 1000,
        "stages_ms": {
            "queue": percentiles(frame.waited_s for frame in frames),
            "engine": percentiles(frame.engine_s - frame.waited_s for frame in frames),
            "encode": percentiles(frame.encode_s for frame in frames),
            "transport": percentiles(
                frame.latency_s - frame.engine_s - frame.encode_s for frame in frames
            ),
        },
    }


def samples_ms(streams: Sequence[StreamSamples]) -> dict[str, list[list[float]]]:
    """What percentiles were taken of, by stream and in order, for who compares reports.

    Of long streams the last `MAX_SAMPLES`.
    """
    latencies = [[frame.latency_s for frame in stream.frames] for stream in streams]
    shown = [_intervals(presented(stream)) for stream in streams]
    named = {"motion_to_photon": latencies, "presented_interval": shown}
    return {
        name: [[round(x * 1000, 3) for x in each[-MAX_SAMPLES:]] for each in of_streams]
        for name, of_streams in named.items()
    }


def percentiles(seconds: Iterable[float]) -> Mapping[str, float]:
    """`PERCENTILES`, the largest and the count, in milliseconds, by an HdrHistogram.

    Raises:
        UnsupportedError: that library is not installed.
    """
    try:
        from hdrh.histogram import HdrHistogram
    except ImportError:
        raise UnsupportedError(
            "Benchmarks need HdrHistogram; install it with: pip install 'mimo-runtime[bench]'."
        ) from None
    histogram = HdrHistogram(1, _LARGEST_US, _DIGITS)
    count = 0
    for each in seconds:
        histogram.record_value(min(max(round(each * 1e6), 1), _LARGEST_US))
        count += 1
    if not count:
        return {"count": 0}
    found = {f"p{p:g}": histogram.get_value_at_percentile(p) / 1000 for p in PERCENTILES}
    return found | {"max": histogram.get_max_value() / 1000, "count": count}


def presented(stream: StreamSamples) -> list[float]:
    """When each frame can be shown at an even pace: when it is due, or when it comes, if later."""
    shown: list[float] = []
    for frame in stream.frames:
        due_s = max(frame.intended_s + stream.agreed_s, frame.received_s)
        shown.append(max(due_s, shown[-1] if shown else due_s))
    return shown


def jitter_s(stream: StreamSamples) -> float:
    """Interarrival jitter (RFC 3550, section 6.4.1) after the last frame."""
    jitter = 0.0
    for before, after in pairwise(stream.frames):
        jitter += (abs(after.latency_s - before.latency_s) - jitter) / 16
    return jitter


def _misses(stream: StreamSamples) -> int:
    """Frames that were there later than was agreed, and those that never came."""
    late = sum(frame.latency_s > stream.agreed_s for frame in stream.frames)
    return late + stream.sent - len(stream.frames)


def _rate(stream: StreamSamples) -> float:
    times = _received(stream)
    lasted_s = times[-1] - times[0] if len(times) > 1 else math.inf
    return (len(times) - 1) / lasted_s if lasted_s > 0 else 0.0


def _received(stream: StreamSamples) -> list[float]:
    return [frame.received_s for frame in stream.frames]


def _intervals(times: Sequence[float]) -> list[float]:
    return [after - before for before, after in pairwise(times)]
