"""What two chunks of a live stream in one batch could bring, beside one pass for each.

    python -m benchmarks.chunk_batch [--threads 2]

The denoiser with guidance runs two branches of a window as one batch: as many rows as two chunks
have, but for the reader of the unconditional one, which attends to no reference. A batch of two
chunks takes that or more. `batch_ratio` is one such pass over two passes without guidance, in turn,
medians of processor time: what is below 1 is what a batch could bring.
"""

import json
import statistics
import time
from pathlib import Path

import click
import numpy as np

from mimo_runtime import sample
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.runner.synthesizer import DENOISERS


@click.command()
@click.option("--bundle", type=click.Path(path_type=Path), default=sample.BUNDLE,
              help="One with and without guidance; default: the one that ships.")  # fmt: skip
@click.option("--threads", default=1, show_default=True, help="More of them wait for each other.")
@click.option("--runs", default=21, show_default=True)
def main(bundle: Path, threads: int, runs: int) -> None:
    """Measure one pass of two branches beside two passes of one."""
    engines = EngineSet(OrtBackend(Bundle.open(bundle), threads))
    guided, single = (engines.bind(name) for name in DENOISERS)
    noise = np.random.default_rng(0)
    for bound in (guided, single):
        for name in ("latents", "condition"):
            buffer = bound.buffers[name]
            buffer[...] = noise.standard_normal(buffer.shape).astype(buffer.dtype)
        bound.run()
    both_s, one_s = list[float](), list[float]()
    for _ in range(runs):
        for bound, times_s in ((guided, both_s), (single, one_s)):
            began_s = time.process_time()
            bound.run()
            times_s.append(time.process_time() - began_s)
    both_ms, one_ms = (1000 * statistics.median(each) for each in (both_s, one_s))
    found = {"threads": threads, "runs": runs, "one_chunk_cpu_ms": one_ms,
             "two_as_a_batch_cpu_ms": both_ms, "batch_ratio": both_ms / (2 * one_ms)}  # fmt: skip
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
