"""Live streams that are played to a server at their rate, and what happened to their frames."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.bench.samples import FrameSample, StreamSamples
from mimo_runtime.client.live import LiveCall, open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.errors import BusyError
from mimo_runtime.wire.live import LiveSettings, PoseFrame

OnFrame = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class LiveLoad:
    """`streams` of the same postures at once, each played for `seconds`, again and again."""

    server: str
    pictures: LivePictures
    settings: LiveSettings
    frames: tuple[PoseFrame, ...]
    streams: int
    seconds: float
    credits: int
    tls_root: Path | None = None


@dataclass(frozen=True, slots=True)
class LoadRun:
    """What the streams made, and how the server planned the first of them.

    `refused` is how many more the server did not take.
    """

    streams: tuple[StreamSamples, ...]
    ready: pb.LiveReady
    refused: int = 0


def run_load(load: LiveLoad, on_frame: OnFrame, fewer_will_do: bool = False) -> LoadRun:
    """Play all streams; `on_frame` is told how many frames have come after each.

    Raises:
        BusyError: the server refuses a stream; with `fewer_will_do`, all of them.
        MimoError: why one of them ended early.
    """
    came = [0]
    lock = threading.Lock()

    def tell() -> None:
        with lock:
            came[0] += 1
            on_frame(came[0])

    def play(_number: int) -> tuple[StreamSamples, pb.LiveReady] | BusyError:
        try:
            return _stream(load, tell)
        except BusyError as error:
            return error

    with ThreadPoolExecutor(load.streams) as pool:
        ended = list(pool.map(play, range(load.streams)))
    runs = [run for run in ended if not isinstance(run, BusyError)]
    refusals = [run for run in ended if isinstance(run, BusyError)]
    if refusals and not (runs and fewer_will_do):
        raise refusals[0]
    return LoadRun(tuple(samples for samples, _ in runs), runs[0][1], len(refusals))


def _stream(load: LiveLoad, tell: Callable[[], None]) -> tuple[StreamSamples, pb.LiveReady]:
    period_s = float(1 / load.settings.rate_fps)
    count = max(1, round(load.seconds / period_s))
    with open_live(
        load.server, load.pictures, load.settings, credits=load.credits, tls_root=load.tls_root
    ) as call:
        samples = StreamSamples(period_s, call.ready.agreed_ms / 1000, sent=count)
        began_s = time.monotonic()
        sender = threading.Thread(target=_send, args=(call, load, count, began_s), daemon=True)
        sender.start()
        for event in call.events():
            if isinstance(event, pb.LiveFrame):
                intended_s = began_s + event.pose_index * period_s
                told = event.waited_s, event.latency_s, event.encode_s
                samples.frames.append(FrameSample(intended_s, time.monotonic(), *told))
                on_their_way = load.credits - event.credits
                samples.most_on_their_way = max(samples.most_on_their_way, on_their_way)
                tell()
            elif isinstance(event, pb.LiveSummary):
                samples.dropped = event.dropped
        return samples, call.ready


def _send(call: LiveCall, load: LiveLoad, count: int, began_s: float) -> None:
    """Send each posture at its time by the clock; what is behind is sent at once."""
    period_s = float(1 / load.settings.rate_fps)
    for number in range(count):
        intended_s = began_s + number * period_s
        time.sleep(max(intended_s - time.monotonic(), 0))
        frame = load.frames[number % len(load.frames)]
        call.send(replace(frame, index=number, capture_s=number * period_s))
    call.end()
