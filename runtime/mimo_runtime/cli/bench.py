"""`mimo bench`: how a server does, measured from outside."""

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from mimo_runtime.cli.live import live_options, motion_option
from mimo_runtime.cli.options import FOLDER, examples


@click.group()
def bench() -> None:
    """Measure a server as its clients meet it."""


@bench.command(
    epilog=examples(
        "mimo bench latency --server localhost:50051 --character me.png --scene park.jpg "
        "--motion walk.bvh --fps 5 --seconds 60 -o latency",
        "mimo bench latency --server gpu1:50051 --character me.png --scene park.jpg "
        "--motion walk.bvh --streams 4 --latency-ms 400 -o latency",
    )
)
@motion_option(required=True)
@live_options
@click.option("--streams", type=click.IntRange(1, 256), default=1, show_default=True,
              help="Streams at once.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=30, show_default=True,
              help="How long each is played; a shorter motion begins again.")  # fmt: skip
@click.option("-o", "--output", required=True, type=FOLDER,
              help="Folder for report.json and report.html.")  # fmt: skip
def latency(output: Path, streams: int, seconds: float, **options: Any) -> None:
    """Measure live streams: first frame, motion to photon, intervals, jitter, deadline misses.

    The load is open: postures go out by the clock, whatever comes back, and a frame counts from
    when its posture should have gone out. 'motion to photon' is until the picture is here, without
    a screen; 'presented interval' is what a player sees that shows every frame when it is due.
    """
    from mimo_runtime.bench.live_load import LiveLoad, run_load
    from mimo_runtime.bench.report import report_values, write_report
    from mimo_runtime.bench.samples import percentiles
    from mimo_runtime.cli.live_play import prepare_play
    from mimo_runtime.cli.live_sources import motion_source
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.wire.progress import Progress

    percentiles(())  # says what is missing before anything is measured
    source = motion_source(options)
    play = prepare_play(options, source)
    load = LiveLoad(
        play.server, play.pictures, play.settings, source.postures, streams, seconds, play.credits,
        play.tls_root,
    )  # fmt: skip
    total = streams * max(1, round(seconds * float(play.rate_fps)))
    with ProgressBars() as bars:
        run = run_load(load, lambda done: bars(Progress("frames", done, total)))
    values = report_values(load, run, shlex.join(["mimo", *sys.argv[1:]]))
    write_report(output, values, run.streams)
    found = values["figures"]
    first, way = found["first_frame_ms"], found["motion_to_photon_ms"]
    click.echo(
        f"{output}: first frame p50 {first['p50']:.0f} ms; motion to photon p50 "
        f"{way['p50']:.0f}, p99 {way['p99']:.0f}, max {way['max']:.0f} ms; "
        f"{found['frames_per_s']:.2f} frames a second; {found['deadline_misses']} deadline misses "
        f"of {found['sent']}, {found['dropped']} dropped."
    )
