"""`mimo inspect`: what a bundle holds."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.bundle import Bundle, TensorSpec
from mimo_runtime.cli.options import FOLDER, examples

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 7


@click.command(epilog=examples("mimo inspect bundles/mimo", "mimo inspect bundles/mimo --tensors"))
@click.argument("bundle", type=FOLDER)
@click.option("--tensors", is_flag=True, help="List every input and output with its shape.")
def inspect(bundle: Path, tensors: bool) -> None:
    """Verify BUNDLE and list what it holds."""
    from rich.console import Console

    opened = Bundle.open(bundle)
    console = Console(soft_wrap=True, highlight=False)
    for line in _facts(opened):
        console.print(line)
    console.print(_component_table(opened, tensors))
    console.print(_file_table(opened))


def _facts(bundle: Bundle) -> list[str]:
    m = bundle.manifest
    return [
        f"{m.name}: bundle format {m.format}, made by {m.created_by}",
        f"size {m.width_px}x{m.height_px} px, windows of {m.frames} frames, overlap "
        f"{m.overlap_frames}, {len(m.readers)} reference readers",
        "solver " + ", ".join(f"{key} {value}" for key, value in m.solver.items()),
        f"weights from {m.source}; licence: {m.licence}",
        f"identity of the weights {bundle.digest}; every file is as the manifest says",
    ]


def _component_table(bundle: Bundle, tensors: bool) -> "Table":
    from rich.table import Table

    table = Table("component", "inputs", "outputs", title="Components", title_justify="left")
    for name, component in bundle.manifest.components.items():
        sides = (component.inputs, component.outputs)
        table.add_row(name, *(_listed(side, tensors) for side in sides))
    return table


def _listed(specs: Sequence[TensorSpec], every: bool) -> str:
    """All tensors, or the first few and how many more there are."""
    shown = specs if every or len(specs) <= _SHOWN else specs[: _SHOWN - 1]
    lines = [str(spec) for spec in shown]
    if len(shown) < len(specs):
        lines.append(f"and {len(specs) - len(shown)} more (--tensors)")
    return "\n".join(line.replace("[", "\\[") for line in lines)


def _file_table(bundle: Bundle) -> "Table":
    from rich.table import Table

    table = Table("file", "MB", "SHA-256", title="Files", title_justify="left")
    for name, stored in bundle.manifest.files.items():
        table.add_row(name, f"{stored.size_bytes / 1e6:.2f}", stored.sha256)
    return table
