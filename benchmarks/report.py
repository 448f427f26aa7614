"""Tables and plots of benchmarks/README.md, made anew from the result files.

python -m benchmarks.report
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.gpu_parts.report import shown, table
from benchmarks.live_report import live_seams, live_throughput, solvers
from benchmarks.long_clips_report import long_clips
from benchmarks.official_size_report import official_size
from benchmarks.plot import Bar, write_bars

HERE = Path(__file__).parent
BEGIN, END = "<!-- begin: python -m benchmarks.report -->", "<!-- end -->"
NO_GPU = (
    "No run on a GPU is recorded yet: nothing here says how fast the GPU engines are. The script "
    "is ready; its file in `results/` will fill this section."
)
_FACTS = ("date", "chip", "driver", "cuda", "torch", "triton", "command")
Result = Mapping[str, Any]


def write_report(folder: Path = HERE) -> None:
    """Fill the part of the README between the marks, and draw the plots that it shows."""
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    body = "\n\n".join(report(folder))
    path.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")


def report(folder: Path) -> Iterator[str]:
    """Paragraphs; the plots are drawn on the way."""
    yield "## On a GPU"
    results = gpu_results(folder / "results")
    if not results:
        yield NO_GPU
    for name, result in results:
        yield from _gpu_part(folder / "plots", name, result)
    yield "## On a CPU"
    yield from _cpu_part(folder)
    yield from long_clips(folder / "results" / "long_clips.json")
    yield from official_size(folder / "results" / "official_size.json")
    yield from solvers(folder / "results" / "solvers.json")
    yield from live_throughput(folder / "results" / "live_throughput.json")
    yield from live_seams(folder / "results" / "live_seams.json")
    yield "## Decomposition of videos"
    yield from _decomposition_part(folder)


def gpu_results(folder: Path) -> Sequence[tuple[str, Result]]:
    """Result files of `benchmarks.gpu`, but for smoke runs, whose times mean nothing."""
    found = [(p.stem, json.loads(p.read_text("utf-8"))) for p in sorted(folder.glob("gpu*.json"))]
    return [(name, result) for name, result in found if not result["smoke"]]


def _gpu_part(plots: Path, name: str, result: Result) -> Iterator[str]:
    facts, sections = result["facts"], result["sections"]
    yield ", ".join(f"{key} {facts[key]}" for key in _FACTS if facts.get(key)) + f" ({name}.json)"
    for key in ("aims", "modes"):
        if key in sections:
            yield from _section(sections[key])
    passes = sections["passes"]["rows"] if "passes" in sections else []  # the run was stopped
    for side_px in dict.fromkeys(row["px"] for row in passes):
        rows = [row for row in passes if row["px"] == side_px]
        yield f"### One step at {side_px} px, one more switch at a time"
        file = f"{name}-{side_px}px.png"
        bars = [Bar(row["version"], row["ms"], f"{shown(row['ms'])} ms") for row in rows]
        write_bars(plots / file, f"Milliseconds of a step at {side_px} px, {facts['chip']}", bars)
        yield f"![Milliseconds of a step at {side_px} px](plots/{file})"
        yield table([{k: v for k, v in row.items() if k != "px"} for row in rows])
    for key in ("attention", "networks", "compiled", "correctness", "artefacts", "ceilings"):
        if key in sections:
            yield from _section(sections[key])


def _section(section: Result) -> Iterator[str]:
    yield f"### {section['title']}"
    if section["rows"]:
        yield table(section["rows"])
    if section["notes"]:
        yield "\n".join(f"- {note}" for note in section["notes"])


def _cpu_part(folder: Path) -> Iterator[str]:
    result = json.loads((folder / "results" / "denoiser_step.json").read_text("utf-8"))
    yield (
        f"`{result['command']}`, {result['date']}, {result['machine']}, {result['threads']} "
        f"threads, torch {result['torch']}, ONNX Runtime {result['onnxruntime']}."
    )
    yield table([_cpu_row(row) for row in result["results"]])
    for row in result["results"]:
        file = f"denoiser-step-{row['size']}.png"
        bars = [
            Bar("official, eager PyTorch", row["official_ms"], f"{row['official_ms']:.0f} ms"),
            Bar("ours, ONNX Runtime", row["ours_ms"], f"{row['ours_ms']:.0f} ms"),
        ]
        write_bars(folder / "plots" / file, f"One guided step on a CPU, {row['size']}", bars)
        yield f"![One guided step on a CPU, {row['size']}](plots/{file})"


def _cpu_row(row: Result) -> Mapping[str, float | str]:
    return {
        "size": row["size"],
        "official ms": float(row["official_ms"]),
        "ours ms": float(row["ours_ms"]),
        "ratio": float(row["ratio"]),
        "CPU ratio": float(row["cpu_ratio"]),
        "largest difference": float(row["largest_difference"]),
    }


def _decomposition_part(folder: Path) -> Iterator[str]:
    result = json.loads((folder / "results" / "decomposition.json").read_text("utf-8"))
    yield (
        f"`{result['command']}`, {result['date']}, {result['machine']}, {result['threads']} "
        f"thread, {result['clips']} clips, {result['frames']} frames."
    )
    yield table([{"measure": name, **aim} for name, aim in result["aims"].items()])
    speeds = result["frames_per_cpu_s"]
    yield table([{"stage": name, "frames per CPU second": speeds[name]} for name in speeds])
    yield "![Clips, what is true of them and what was found](plots/decomposition.png)"
    yield from _decompose_speed(folder / "results" / "decompose_speed.json")


def _decompose_speed(path: Path) -> Iterator[str]:
    result = json.loads(path.read_text("utf-8"))
    yield (
        f"`{result['command']}`, {result['date']}, {result['machine']}, {result['cores']} cores: "
        f"frames a second at {result['size_px']} px, from a video file to a template."
    )
    yield table(
        [
            {"camera": clip["camera"], "frames": clip["frames"]}
            | {stage: clip["frames"] / taken_s for stage, taken_s in clip["stages_s"].items()}
            | {"all": clip["frames_per_s"]}
            for clip in result["clips"]
        ]
    )


@click.command()
def main() -> None:
    """Make tables and plots of benchmarks/README.md anew."""
    write_report()
    click.echo(f"written to {HERE / 'README.md'}")


if __name__ == "__main__":
    main()
