"""Long clips: time to the first frame and memory, in the order of a whole clip and rolling.

    python -m benchmarks.long_clips                      48, 192 and 768 frames, both orders
    python -m benchmarks.long_clips --frames 48 --steps 2

Each measurement is a process of its own, so that its peak of memory is its own; the two orders of
a length run one after the other. Both make the same frames to the bit, which is checked. The model
is the one of the tests: small, with random weights and the layout of the official one.
"""

import hashlib
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.planning.rules import Corrected
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.sample import CHARACTER, TEMPLATE
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.templates.folder import Template, open_template
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Mode, Settings

RESULTS = Path(__file__).parent / "results" / "long_clips.json"
SMALL_BUNDLE = Path(__file__).parents[1] / "tests" / "data" / "small-bundle"
ORDERS = ("whole clip", "rolling")


@dataclass(frozen=True, slots=True)
class Measured:
    """One clip in one order. Times count from the request, planning included; those with `cpu` are
    of this process, whatever else the machine does; memory is what the process held at its peak
    beyond what it held with engines loaded.
    """

    frames: int
    order: str
    passes: int
    passes_to_first_frame: int
    first_frame_s: float
    first_frame_cpu_s: float
    total_s: float
    cpu_s: float
    peak_mib: float
    sha256: str


def measure(frames: int, order: str, steps: int, threads: int) -> Measured:
    """Make a clip in this process."""
    Corrected.rolling = order == "rolling"
    synthesizer = Synthesizer.load(SMALL_BUNDLE, threads, "onnxruntime")
    synthesizer.dry_run()
    loaded_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    settings = Settings(steps=steps, guidance=1.0, mode=Mode.CORRECTED)
    character = read_picture(CHARACTER.read_bytes(), "character", MediaLimits())
    request = SynthesisRequest(character, stretched(frames), settings)
    passes: list[Progress] = []

    def count(progress: Progress) -> None:
        if progress.stage == "denoise":
            passes.append(progress)

    began_s, cpu_began_s = time.perf_counter(), time.process_time()
    job = synthesizer.start(request, CancellationToken(), count)
    digest, first_s, first_cpu_s, first_passes = hashlib.sha256(), 0.0, 0.0, 0
    for frame in job.frames():
        if frame.index == 0:
            first_s, first_passes = time.perf_counter() - began_s, len(passes)
            first_cpu_s = time.process_time() - cpu_began_s
        digest.update(frame.rgb.data)
    total_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_began_s
    peak_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - loaded_kib) / 1024
    figures = len(passes), first_passes, first_s, first_cpu_s, total_s, cpu_s, peak_mib
    return Measured(frames, order, *figures, digest.hexdigest())


def stretched(frames: int) -> Template:
    """The painted template that ships, its frames repeated until there are as many as that."""
    template = open_template(TEMPLATE, MediaLimits())
    shown = [frame * template.frame_count // frames for frame in range(frames)]
    streams = {
        name: replace(stream, indices=tuple(stream.indices[i] for i in shown))
        for name, stream in template.streams.items()
    }
    return replace(template, streams=streams)


@click.command()
@click.option("--frames", type=int, multiple=True, default=(48, 192, 768), show_default=True)
@click.option("--steps", type=int, default=4, show_default=True)
@click.option("--threads", type=int, default=1, show_default=True)
@click.option("--one", type=click.Choice(ORDERS), hidden=True, help="Measure here, print JSON.")
def main(frames: Sequence[int], steps: int, threads: int, one: str | None) -> None:
    """Measure long clips and write the results beside the others."""
    if one:
        click.echo(json.dumps(asdict(measure(frames[0], one, steps, threads))))
        return
    rows = []
    for count in frames:
        pair = [_in_a_process(count, order, steps, threads) for order in ORDERS]
        if len({row["sha256"] for row in pair}) > 1:
            raise click.ClickException(f"The orders of {count} frames differ in their frames.")
        rows += pair
        for row in pair:
            click.echo(
                f"{row['frames']:4d} frames, {row['order']:10s}: first frame after "
                f"{row['passes_to_first_frame']} of {row['passes']} passes, "
                f"{row['first_frame_s']:.1f} of {row['total_s']:.1f} s, "
                f"{row['first_frame_cpu_s']:.1f} of {row['cpu_s']:.1f} CPU s; "
                f"{row['peak_mib']:.0f} MiB"
            )
    facts = {"command": "python -m benchmarks.long_clips", "machine": platform.machine()}
    facts |= {"threads": threads, "steps": steps, "date": time.strftime("%Y-%m-%d")}
    RESULTS.write_text(json.dumps({**facts, "clips": rows}, indent=1) + "\n")


def _in_a_process(frames: int, order: str, steps: int, threads: int) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.long_clips", "--frames", str(frames)]
    command += ["--steps", str(steps), "--threads", str(threads), "--one", order]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    row: dict[str, object] = json.loads(run.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    main()
