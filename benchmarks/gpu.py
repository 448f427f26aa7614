"""What a GPU does with our kernels and networks: one command, eight minutes at most.

    python -m benchmarks.gpu                  needs a GPU, torch, triton and numpy (cuda-core too
                                              for the ahead-of-time kernels)
    python -m benchmarks.gpu --smoke          the same on tiny sizes on a CPU, kernels interpreted

Paths: `PYTHONPATH=.:export:kernels:runtime` where the project is not installed. Weights are random
and seeded. Every section has a time of its own; what it does not get to is said in a note.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from benchmarks.gpu_parts.report import Section

RESULTS = Path(__file__).parent / "results"
TOTAL_S = 440.0
BUDGETS_S = {
    "compilation": 60.0,
    "ceilings": 12.0,
    "correctness": 50.0,
    "attention": 80.0,
    "artefacts": 50.0,
    "passes": 170.0,
    "networks": 50.0,
    "compiled": 150.0,
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; `json` is None where nothing is written."""

    smoke: bool
    seconds: float
    json: Path | None
    only: Sequence[str]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print each table when it is there, and write all as JSON."""
    options = _options(arguments)
    if options.smoke:
        os.environ["TRITON_INTERPRET"] = "1"  # read when a kernel's module is imported
    import torch

    if not options.smoke and not torch.cuda.is_available():
        sys.exit("torch finds no GPU; use --smoke to try the script on the CPU.")
    device = torch.device("cpu" if options.smoke else "cuda")
    sections = measure(device, options)
    print(_verdict(sections["aims"]))
    if options.json:
        print(f"\nwritten to {options.json}")


def measure(device: "torch.device", options: Options) -> dict[str, "Section"]:
    """All sections by name; the file is written anew after each, so that a stop loses little."""
    from benchmarks.gpu_parts.aims import aims
    from benchmarks.gpu_parts.machine import facts
    from benchmarks.gpu_parts.modes import modes
    from benchmarks.gpu_parts.report import Section, table
    from benchmarks.gpu_parts.sections import Measurement

    measurement = Measurement(device, options.smoke, options.seconds)
    about = facts(device)
    sections: dict[str, Section] = {}

    def keep(name: str, section: Section) -> None:
        sections[name] = section
        lines = [f"\n## {section.title}\n", table(section.rows), *section.notes]
        print("\n".join(line for line in lines if line), flush=True)
        if options.json:
            _write(options, about, sections)

    for name in BUDGETS_S:
        if name in options.only:
            keep(name, measurement.run(name, BUDGETS_S[name]))
        else:
            sections[name] = Section(name, notes=["Not asked for."])
    keep("modes", modes(measurement.sizes, sections["passes"], sections["networks"]))
    keep("aims", aims(sections["attention"], sections["passes"], sections["modes"]))
    return sections


def _write(options: Options, about: object, sections: dict[str, "Section"]) -> None:
    from benchmarks.gpu_parts.floors import FORMULAS

    assert options.json is not None  # the caller asked
    facts = {"smoke": options.smoke, "facts": about, "formulas": FORMULAS}
    text = json.dumps(
        facts | {"sections": {name: asdict(part) for name, part in sections.items()}}, indent=1
    )
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(text + "\n", encoding="utf-8")


def _verdict(aims: "Section") -> str:
    judged = [row["met"] for row in aims.rows if "met" in row]
    if None in judged:
        return f"\n{judged.count(None)} of {len(judged)} aims were not measured."
    return f"\n{judged.count(True)} of {len(judged)} aims are met."


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, on the CPU")
    parser.add_argument("--seconds", type=float, default=TOTAL_S, help="for everything")
    parser.add_argument(
        "--json", type=Path, help=f"default: {RESULTS.name}/gpu.json, none if smoke"
    )
    parser.add_argument("--only", nargs="+", choices=list(BUDGETS_S), default=list(BUDGETS_S))
    chosen = parser.parse_args(arguments)
    path = chosen.json or (None if chosen.smoke else RESULTS / "gpu.json")
    return Options(chosen.smoke, chosen.seconds, path, chosen.only)


if __name__ == "__main__":
    main()
