"""MLPerf's LoadGen as a judge of live streams, which knows nothing of them.

    pip install mlcommons-loadgen
    python -m benchmarks.loadgen --server HOST:PORT --character me.png --scene park.jpg \
        --motion walk.bvh --fps 5 --latency-bound-ms 1000 --seconds 600 -o loadgen

Scenario Server: queries come as a Poisson process, as many as all streams together have frames a
second. Each is the next posture of one stream, in turn, and is done when its frame is here, whole.
It counts from when LoadGen meant to send it: what comes faster than a stream takes it waits here. A
run is valid where 99 % stay within the bound. There is a row for each number of streams.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import click

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.cli.live import live_options, motion_option
from mimo_runtime.cli.live_play import prepare_play
from mimo_runtime.cli.live_sources import motion_source
from mimo_runtime.client.live import LiveCall, open_live
from mimo_runtime.wire.live import PoseFrame

PERCENTILE = 0.99
_LINES = {
    "Result is": "result",
    "Scheduled samples per second": "asked_per_s",
    "Completed samples per second": "done_per_s",
    "50.00 percentile latency (ns)": "p50_ns",
    "90.00 percentile latency (ns)": "p90_ns",
    "99.00 percentile latency (ns)": "p99_ns",
    "Max latency (ns)": "max_ns",
}

Complete = Callable[[int], None]


class JudgedStream:
    """A live stream that is asked for one frame after the other, by the id of a query."""

    def __init__(self, call: LiveCall, frames: tuple[PoseFrame, ...], complete: Complete) -> None:
        self._call, self._frames, self._complete = call, frames, complete
        self._asked: SimpleQueue[int | None] = SimpleQueue()
        self._sent: deque[int] = deque()
        self.error: Exception | None = None
        self._threads = [threading.Thread(target=work) for work in (self._send, self._take)]
        for thread in self._threads:
            thread.start()

    def ask(self, query: int) -> None:
        """Have the next frame made for a query."""
        self._asked.put(query)

    def end(self) -> None:
        """Wait for what was asked; no more is."""
        self._asked.put(None)
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        for index, frame in enumerate(cycle(self._frames)):
            query = self._asked.get()
            if query is None:
                self._call.end()
                return
            self._sent.append(query)
            if not self._call.send_in_turn(replace(frame, index=index)):
                return

    def _take(self) -> None:
        try:
            for event in self._call.events():
                if isinstance(event, pb.LiveFrame):
                    self._complete(self._sent.popleft())
        except Exception as error:  # told when the run is over: LoadGen waits for every query
            self.error = error
            while self._sent:
                self._complete(self._sent.popleft())


def judged(streams: list[JudgedStream], settings: Any, folder: Path) -> dict[str, Any]:
    """What LoadGen says of a run over `streams`; its logs lie in `folder` then."""
    import mlperf_loadgen as loadgen

    turns = cycle(streams)

    def issue(queries: list[Any]) -> None:
        for query in queries:
            next(turns).ask(query.id)

    folder.mkdir(parents=True, exist_ok=True)
    log = loadgen.LogSettings()
    log.log_output.outdir = str(folder)
    log.log_output.copy_summary_to_stdout = False
    system = loadgen.ConstructSUT(issue, lambda: None)
    samples = loadgen.ConstructQSL(1, 1, lambda _: None, lambda _: None)
    try:
        loadgen.StartTestWithLogSettings(system, samples, settings, log)
    finally:
        loadgen.DestroyQSL(samples)
        loadgen.DestroySUT(system)
    return summary_of((folder / "mlperf_log_summary.txt").read_text(encoding="utf-8"))


def server_settings(rate_per_s: float, seconds: float, bound_ms: float) -> Any:
    """LoadGen's own, of scenario Server."""
    import mlperf_loadgen as loadgen

    settings = loadgen.TestSettings()
    settings.scenario = loadgen.TestScenario.Server
    settings.mode = loadgen.TestMode.PerformanceOnly
    settings.server_target_qps = rate_per_s
    settings.server_target_latency_ns = round(bound_ms * 1e6)
    settings.server_target_latency_percentile = PERCENTILE
    settings.min_duration_ms = settings.max_duration_ms = round(seconds * 1000)
    settings.min_query_count = 1
    return settings


def summary_of(text: str) -> dict[str, Any]:
    """The figures of LoadGen's summary, its nanoseconds as milliseconds."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition(":"))
        if (key := _LINES.get(name)) is not None and key not in found:
            found[key] = value if key == "result" else float(value)
    times_ms = {key[:-3] + "_ms": found.pop(key) / 1e6 for key in list(found) if key[-3:] == "_ns"}
    return found | times_ms


def complete(query: int) -> None:
    """Tell LoadGen that a query is done."""
    import mlperf_loadgen as loadgen

    loadgen.QuerySamplesComplete([loadgen.QuerySampleResponse(query, 0, 0)])


@contextmanager
def opened(options: dict[str, Any], count: int) -> Iterator[list[JudgedStream]]:
    """`count` streams of what `mimo live` would play."""
    source = motion_source(options)
    play = prepare_play(options | {"policy": "lossless"}, source)
    with ExitStack() as stack:
        streams = []
        for _ in range(count):
            call = stack.enter_context(
                open_live(
                    play.server, play.pictures, play.settings, credits=play.credits,
                    tls_root=play.tls_root,
                )
            )  # fmt: skip
            streams.append(JudgedStream(call, source.postures, complete))
        yield streams
        for stream in streams:
            stream.end()
            if stream.error is not None:
                raise stream.error


@click.command()
@motion_option(required=True)
@live_options
@click.option("--streams", type=int, multiple=True, default=(1, 2, 4), show_default=True)
@click.option("--seconds", type=float, default=600, show_default=True, help="Of each row.")
@click.option("--latency-bound-ms", type=float, default=1000, show_default=True,
              help="What 99 % of the frames have to keep.")  # fmt: skip
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path),
              help="Folder for LoadGen's logs and loadgen.json.")  # fmt: skip
def main(
    streams: tuple[int, ...],
    seconds: float,
    latency_bound_ms: float,
    output: Path,
    **options: Any,
) -> None:
    """Have LoadGen judge a server that runs."""
    rate_fps = float(motion_source(options).rate_fps)
    rows = []
    for count in streams:
        settings = server_settings(count * rate_fps, seconds, latency_bound_ms)
        with opened(options, count) as judged_streams:
            found = judged(judged_streams, settings, output / f"{count}-streams")
        rows.append({"streams": count} | found)
        click.echo(json.dumps(rows[-1]))
    (output / "loadgen.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
