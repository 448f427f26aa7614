"""Would several devices gain by sharing out the guidance branches of a pass, beside its windows?

    python -m benchmarks.guidance_split

Of a bundle the guided denoiser, both branches in one pass, beside the denoiser of one branch on the
same inputs: whether its prediction has the same bits, and what two of its passes take of processor
time beside one guided pass. Of a schedule, with passes of equal time: what share of their time
devices have a pass to make when they share out windows alone, which is all that another split could
still win.
"""

import json
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import ONNXRUNTIME, open_backend
from mimo_runtime.engines.engine import BoundPass
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.extent import windows_of_frames
from mimo_runtime.planning.readiness import Readiness
from mimo_runtime.planning.schedule import ClipPlan, Condition, Pass, rolling
from mimo_runtime.planning.windows import open_windows
from mimo_runtime.sample import BUNDLE

SMALL_BUNDLE = Path(__file__).parents[1] / "tests" / "data" / "small-bundle"
GUIDED, ONE_BRANCH = "denoiser", "denoiser_unguided"
OFFICIAL_WINDOW, OFFICIAL_OVERLAP, OFFICIAL_STEPS = 24, 4, 25


def branches_apart(folder: Path, runs: int) -> dict[str, Any]:
    """How one branch alone differs from the same branch of a guided pass, and what both cost."""
    engines = EngineSet(open_backend(Bundle.open(folder), ONNXRUNTIME, 1))
    guided, alone = engines.bind(GUIDED), engines.bind(ONE_BRANCH)
    draw = np.random.default_rng(15)
    inputs = {spec.name for spec in engines.get(ONE_BRANCH).component.inputs}
    for spec in engines.get(GUIDED).component.inputs:
        noise = draw.standard_normal(spec.shape, np.float32)
        values = noise if spec.dtype.startswith("float") else np.ones(spec.shape, spec.dtype)
        for bound in (guided, alone) if spec.name in inputs else (guided,):
            bound.buffers[spec.name][...] = values
    costs = [(_cpu_s(guided), _cpu_s(alone)) for _ in range(runs + 1)][1:]
    both, one = (np.asarray(bound.buffers["prediction"]) for bound in (guided, alone))
    off = min(float(np.abs(both[branch] - one[0]).max()) for branch in range(2))
    same = max(float((both[branch] == one[0]).mean()) for branch in range(2))
    guided_s, alone_s = np.median(costs, axis=0)
    return {
        "equal_values": round(same, 3),
        "most_off": off,
        "two_passes_of_guided": round(float(2 * alone_s / guided_s), 2),
    }


def _cpu_s(bound: BoundPass) -> float:
    began_s = time.process_time()
    bound.run()
    return time.process_time() - began_s


def share_at_work(frames: int, devices: int) -> float:
    """The share of their time for which `devices` make passes of a clip of the official sizes."""
    windows = open_windows([frames], OFFICIAL_WINDOW, OFFICIAL_OVERLAP)
    plan = ClipPlan(windows, tuple((frame,) for frame in range(frames)), OFFICIAL_STEPS)
    readiness = Readiness(plan, devices, lambda window: window % devices)
    holders = windows_of_frames(plan)
    now, ends = 0, dict[Pass, int]()
    for work in rolling(plan, devices):
        if isinstance(work, Condition):
            for window, _ in holders[work.frame]:
                readiness.entered(window)
        elif isinstance(work, Pass):
            ends |= dict.fromkeys(readiness.to_begin(work), now + 1)
            now = max(now, ends[work])
            readiness.finished(work)
    return plan.passes / (devices * now)


@click.command()
@click.option("--runs", type=click.IntRange(1), default=9, show_default=True)
def main(runs: int) -> None:
    """Print both as JSON."""
    found: dict[str, Any] = {
        folder.name: branches_apart(folder, runs) for folder in (SMALL_BUNDLE, BUNDLE)
    }
    for frames in (150, 600):
        shares = {devices: round(share_at_work(frames, devices), 3) for devices in (2, 4, 8)}
        found[f"share_at_work_{frames}_frames"] = shares
    click.echo(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
