"""`mimo bench`: how a server does, measured from outside."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.bundle_options import bundle_option, shape_options
from mimo_runtime.cli.live import live_options, motion_option
from mimo_runtime.cli.options import ANY_PATH, FILE, FOLDER, engine_options, examples
from mimo_runtime.wire.settings import Settings

if TYPE_CHECKING:
    from mimo_runtime.bench.throughput import ThroughputRow
    from mimo_runtime.bench.waterfall import WaterfallRow
    from mimo_runtime.synthesis.request import SynthesisRequest


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
    from mimo_runtime.bench.report import report_page, report_values, write_report
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
    write_report(output, values, report_page(values, run.streams))
    found = values["figures"]
    first, way = found["first_frame_ms"], found["motion_to_photon_ms"]
    click.echo(
        f"{output}: first frame p50 {first['p50']:.0f} ms; motion to photon p50 "
        f"{way['p50']:.0f}, p99 {way['p99']:.0f}, max {way['max']:.0f} ms; "
        f"{found['frames_per_s']:.2f} frames a second; {found['deadline_misses']} deadline misses "
        f"of {found['sent']}, {found['dropped']} dropped."
    )


@bench.command(
    epilog=examples(
        "mimo bench throughput --server localhost:50051 --character me.png --scene park.jpg "
        "--motion walk.bvh --fps 5 --streams 1 --streams 2 --streams 4 -o throughput",
    )
)
@motion_option(required=True)
@live_options
@click.option("--streams", type=click.IntRange(1, 256), multiple=True, default=(1, 2, 4),
              show_default=True, help="Streams at once; may be given more than once.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=30, show_default=True,
              help="How long each is played.")  # fmt: skip
@click.option("-o", "--output", required=True, type=FOLDER,
              help="Folder for report.json and report.html.")  # fmt: skip
def throughput(output: Path, streams: tuple[int, ...], seconds: float, **options: Any) -> None:
    """Measure how many live streams a server bears: a row for each number of them.

    The load is as that of 'latency'. Streams that the server refuses, since they would make frames
    of others late, are counted.
    """
    from mimo_runtime.bench.live_load import LiveLoad
    from mimo_runtime.bench.report import write_report
    from mimo_runtime.bench.samples import percentiles
    from mimo_runtime.bench.throughput import run_throughput, throughput_page, throughput_values
    from mimo_runtime.cli.live_play import prepare_play
    from mimo_runtime.cli.live_sources import motion_source

    percentiles(())  # says what is missing before anything is measured
    source = motion_source(options)
    play = prepare_play(options, source)
    load = LiveLoad(
        play.server, play.pictures, play.settings, source.postures, 1, seconds, play.credits,
        play.tls_root,
    )  # fmt: skip
    rows = run_throughput(load, streams, _say_row)
    values = throughput_values(load, rows, shlex.join(["mimo", *sys.argv[1:]]))
    write_report(output, values, throughput_page(values))
    click.echo(f"{output}: report.json and report.html.")


def _say_row(row: "ThroughputRow") -> None:
    from mimo_runtime.bench.throughput import row_values

    found = row_values(row)
    told = f"{row.asked} streams: {found['refused']} refused"
    if row.run is not None:
        told += (
            f"; {found['frames_per_s']:.2f} frames a second in all, {found['deadline_misses']} "
            f"deadline misses; motion to photon p99 {found['motion_to_photon_p99_ms']:.0f} ms"
        )
    click.echo(f"{told}.")


@bench.command(
    epilog=examples(
        "mimo bench waterfall --bundle BUNDLE --character me.png --template walk/ -o waterfall",
    )
)
@bundle_option
@click.option("--character", required=True, type=FILE, help="Picture of the character.")
@click.option("--template", required=True, type=FOLDER, help="Folder made by 'mimo decompose'.")
@shape_options
@engine_options
@click.option("--steps", type=click.IntRange(1, 1000), default=25, show_default=True,
              help="Of the first rows.")  # fmt: skip
@click.option("--fewer-steps", type=click.IntRange(1, 1000), default=8, show_default=True,
              help="Of the later rows.")  # fmt: skip
@click.option("--guidance", type=click.FloatRange(1, 100, min_open=True), default=3.5,
              show_default=True, help="Until it is turned off.")  # fmt: skip
@click.option("-o", "--output", required=True, type=FOLDER,
              help="Folder for report.json and report.html.")  # fmt: skip
def waterfall(output: Path, steps: int, fewer_steps: int, guidance: float, **options: Any) -> None:
    """Render a clip here with one more switch each time: what each saves, and what it changes.

    The first row has the official numbers; the second is the same again, which changes nothing.
    Seconds are the processor's, so that what else this machine does counts little.
    """
    from mimo_runtime.bench.report import write_report
    from mimo_runtime.bench.waterfall import (
        run_waterfall,
        switches,
        waterfall_page,
        waterfall_values,
    )
    from mimo_runtime.bundle.opening import open_at_terminal
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.runner.synthesizer import Synthesizer
    from mimo_runtime.synthesis.inputs import InputFiles, request_from

    bundle = open_at_terminal(options["bundle"], options["shape"], options["verify"])
    synthesizer = Synthesizer.of(bundle, options["threads"], options["engine"])
    files = InputFiles(options["character"], options["template"])

    def read(settings: Settings) -> "SynthesisRequest":
        return request_from(files, settings, MediaLimits(), bundle.manifest)

    chosen = switches(steps, fewer_steps, guidance)
    rows = run_waterfall(synthesizer, read, chosen, _say_switch)
    values = waterfall_values(synthesizer, rows, shlex.join(["mimo", *sys.argv[1:]]))
    write_report(output, values, waterfall_page(values))
    click.echo(f"{output}: report.json and report.html.")


def _say_switch(row: "WaterfallRow") -> None:
    click.echo(
        f"{row.switch.name}: {row.cpu_s / max(row.frame_count, 1):.3g} processor seconds a frame; "
        f"{row.to_first_db:.1f} dB to the first row, {row.to_previous_db:.1f} to the one before."
    )


@bench.command(epilog=examples("mimo bench compare before after"))
@click.argument("before", type=ANY_PATH)
@click.argument("after", type=ANY_PATH)
def compare(before: Path, after: Path) -> None:
    """Compare two reports of 'latency': percentiles, and how sure their differences are.

    BEFORE and AFTER are report.json files or their folders. Intervals are by a bootstrap of blocks
    of a second.
    """
    from mimo_runtime.bench.compare import differences, read_report

    for difference in differences(read_report(before), read_report(after)):
        click.echo(difference.sentence)


@bench.command(epilog=examples("mimo bench schema latency > latency.schema.json"))
@click.argument("report", type=click.Choice(["latency", "throughput", "waterfall"]))
def schema(report: str) -> None:
    """Print the JSON schema of a kind of report.json."""
    from mimo_runtime.bench.schema import schema_text

    click.echo(schema_text(report), nl=False)
