"""`mimo inspect`: what a bundle holds."""

from collections.abc import Iterator
from pathlib import Path

import click

from mimo_runtime.bundle import Bundle, Component, Shape, Weights
from mimo_runtime.bundle.opening import open_at_terminal
from mimo_runtime.cli.bundle_options import shape_options
from mimo_runtime.cli.options import FOLDER, examples

_SHOWN = 7


@click.command(epilog=examples("mimo inspect bundles/mimo", "mimo inspect bundles/mimo --tensors"))
@click.argument("bundle", type=FOLDER)
@shape_options
@click.option("--tensors", is_flag=True, help="List every input and output, however many.")
def inspect(bundle: Path, shape: Shape | None, verify: bool, tensors: bool) -> None:
    """Verify BUNDLE and list what it holds."""
    opened = open_at_terminal(bundle, shape, verify)
    for line in _facts(opened):
        click.echo(line)
    for name, component in opened.manifest.components.items():
        click.echo("")
        for line in _described(name, component, tensors):
            click.echo(line)
    click.echo("\nfiles, all as the manifest says")
    for name, stored in opened.manifest.files.items():
        click.echo(f"  {name:<24} {stored.size_bytes / 1e6:>10.3f} MB  sha256 {stored.sha256}")


def _facts(bundle: Bundle) -> Iterator[str]:
    m = bundle.manifest
    yield f"bundle   {m.name}, format {m.format}, made by {m.created_by}"
    yield f"picture  {m.width_px}x{m.height_px} px"
    yield f"window   {m.frames} frames, overlap {m.overlap_frames}"
    yield "solver   " + ", ".join(f"{key} {value}" for key, value in m.solver.items())
    if len(m.shapes) > 1:
        yield f"shapes   {', '.join(map(str, m.shapes))}; this is {m.shape}"
    yield f"weights  {_precision(m.weights)}, from {m.source}; identity {bundle.digest}"
    yield f"licence  {m.licence}"


def _precision(weights: Weights) -> str:
    if not weights.relative_error:
        return weights.dtype
    return f"{weights.dtype} (relative error {weights.relative_error:.1e})"


def _described(name: str, component: Component, every: bool) -> Iterator[str]:
    yield f"{name} ({component.file}), weights {component.weights_bytes / 1e6:.3f} MB"
    for side, specs in (("in ", component.inputs), ("out", component.outputs)):
        shown = specs if every or len(specs) <= _SHOWN else specs[: _SHOWN - 1]
        for spec in shown:
            yield f"  {side} {spec}"
        if len(shown) < len(specs):
            yield f"  {side} and {len(specs) - len(shown)} more (--tensors)"
