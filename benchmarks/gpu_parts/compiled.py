"""The official step under torch.compile, in a process of its own so that it can be stopped.

python -m benchmarks.gpu_parts.compiled --side-px 512
"""

import argparse
import json
import subprocess
import sys
import time

import torch

from benchmarks.gpu_parts.clock import Deadline, Pace, time_ms
from benchmarks.gpu_parts.report import Section
from benchmarks.gpu_parts.sizes import OFFICIAL_SIZES
from benchmarks.gpu_parts.step_case import make_case, prepared_step
from mimo_torch.switches import Switches

_LEAST_S = 45  # to import, build and compile a network of this size


def compiled(section: Section, device: torch.device, end: Deadline) -> None:
    """One row for the official and one for the rewritten step, as long as there is time."""
    if device.type != "cuda":
        section.notes.append("torch.compile at the official size needs a GPU.")
        return
    for side_px, schedule in ((512, False), (512, True)):
        told = f"torch.compile of the {'rewritten' if schedule else 'official'} step, {side_px} px"
        if end.left_s < _LEAST_S:
            section.notes.append(f"Too little time for {told}.")
            continue
        command = [sys.executable, "-m", __name__, "--side-px", str(side_px)]
        command += ["--schedule"] if schedule else []
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, timeout=end.left_s, check=True
            )
            section.rows.append(json.loads(run.stdout.strip().splitlines()[-1]))
        except subprocess.TimeoutExpired as error:
            section.notes.append(f"{told} did not finish in {error.timeout:.0f} s.")
        except subprocess.CalledProcessError as error:
            reason = (error.stderr.strip().splitlines() or ["it said nothing"])[-1]
            section.notes.append(f"{told} failed: {reason[:160]}")


def main() -> None:
    """Measure one size and print a row as JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--side-px", type=int, choices=[s.side_px for s in OFFICIAL_SIZES])
    parser.add_argument("--schedule", action="store_true", help="with the rewrites of a bundle")
    chosen = parser.parse_args()
    size = next(s for s in OFFICIAL_SIZES if s.side_px == chosen.side_px)
    device = torch.device("cuda")
    switches = Switches.of_a_bundle() if chosen.schedule else Switches()
    with torch.no_grad():
        case = make_case(size, device, torch.float16)
        run = prepared_step(case, switches, wrap=torch.compile)
        start = time.monotonic()
        run()
        torch.cuda.synchronize()
        compile_s = time.monotonic() - start
        ms = time_ms([run], device, Pace(seconds=2.0, least=3))
    version = "compiled, rewritten" if chosen.schedule else "compiled, official"
    row = {"px": size.side_px, "version": version, "ms": ms, "compile_s": compile_s}
    print(json.dumps(row))


if __name__ == "__main__":
    main()
