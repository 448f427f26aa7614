"""`mimo report`: what of a bundle runs where on this machine, and what fell back."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from mimo_runtime.bundle import Shape
from mimo_runtime.bundle.opening import open_at_terminal
from mimo_runtime.cli.bundle_options import shape_options
from mimo_runtime.cli.options import FOLDER, examples
from mimo_runtime.engines.availability import device_or_reason
from mimo_runtime.engines.choice import ONNXRUNTIME, TORCH
from mimo_runtime.engines.report import ComponentRow, EngineReport, engine_report
from mimo_runtime.plans.key import ENGINES

_ATTENTION = {
    ONNXRUNTIME: "the body of each node, in ONNX Runtime's own operators",
    TORCH: "our Triton kernels, or plain PyTorch where one does not fit, which the log tells",
}


@click.command(epilog=examples("mimo report bundles/mimo", "mimo report bundles/mimo --json"))
@click.argument("bundle", type=FOLDER)
@shape_options
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON, for programs.")
def report(bundle: Path, shape: Shape | None, verify: bool, as_json: bool) -> None:
    """Say which engine runs BUNDLE here, with which kernels and precision, and what fell back."""
    facts = engine_report(open_at_terminal(bundle, shape, verify), *device_or_reason())
    if as_json:
        click.echo(json.dumps(asdict(facts), indent=1))
        return
    for line in lines(facts):
        click.echo(line)


def lines(facts: EngineReport) -> Iterator[str]:
    """The report for a terminal."""
    device = facts.device
    yield f"bundle  {facts.bundle}"
    yield (
        f"GPU     {device.name}, {device.arch}, {device.memory_bytes / 1e9:.1f} GB"
        if device
        else f"GPU     none. {facts.no_device}"
    )
    yield "\nengines"
    for engine in facts.engines:
        mark = "chosen" if engine.name == facts.chosen else "runs" if engine.runs else "no"
        yield f"  {engine.name:<13} {engine.version:<14} {mark:<7} {engine.reason}"
    yield f"\ncomponents on {facts.chosen}"
    for component in facts.components:
        yield from _component(component)
    if facts.chosen not in ENGINES:
        yield f"  attention of domain mimo: {_ATTENTION[facts.chosen]}"
    yield from _plans(facts)


def _component(row: ComponentRow) -> Iterator[str]:
    known = [row.precision, f"weights {row.weights_bytes / 1e6:.1f} MB"]
    if row.device_memory_bytes is not None:
        known.append(f"execution memory {row.device_memory_bytes / 1e6:.1f} MB")
    if row.error is not None:
        known.append(f"relative error {row.error:.1e}")
    yield f"  {row.name:<18} {', '.join(known)}; {row.file}"
    counted = Counter((node.operator, node.kernel, node.fallback) for node in row.attention)
    for (operator, kernel, fallback), count in counted.items():
        yield f"    {count:>3} {operator}: {kernel}{f' ({fallback})' if fallback else ''}"


def _plans(facts: EngineReport) -> Iterator[str]:
    if facts.plans or facts.broken_plans:
        yield "\nplans"
    for plan in facts.plans:
        parts = f"{len(plan.components)} components"
        yield f"  {plan.name}  {plan.size_bytes / 1e6:.1f} MB, {parts}, built {plan.built_at}"
    for sentence in facts.broken_plans:
        yield f"  {sentence}"
    if facts.device is None:
        yield f"\nplans are for GPUs; '{facts.build}' makes them, also without one"
    elif facts.chosen not in ENGINES:
        yield f"\nno plan serves this GPU; '{facts.build}' makes one"
