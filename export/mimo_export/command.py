"""`mimo export`, announced to the command line as an entry point."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import click

from mimo_export.draft import terminated_as_interrupted
from mimo_export.room import check_files
from mimo_export.shapes import PRECISIONS, check_frames, check_sizes
from mimo_networks.checkpoint_files import find_checkpoint_files
from mimo_networks.layer_files import is_layer_model
from mimo_networks.weight_shapes import table_frames
from mimo_runtime.bundle import Bundle, Shape
from mimo_runtime.errors import InvalidRequestError, UnsupportedError

_NEEDED = ("torch", "onnx", "onnx_ir", "transformers", "safetensors", "yaml")


class PictureSize(click.ParamType[tuple[int, int]]):
    """`WxH` in pixels."""

    name = "WxH"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Width and height of a text such as 784x784."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", str(value))
        if not match:
            self.fail(f"'{value}' is no size; give WIDTHxHEIGHT, such as 784x784.", param, ctx)
        return int(match[1]), int(match[2])


@click.command(
    epilog="\b\nExamples:\n"
    "  mimo export pretrained_weights -o bundles/mimo-784 --size 784x784\n"
    "  mimo export weights -o b --size 512x512 --size 784x784 --frames 24 --frames 8\n"
    "  mimo export weights -o b --size 512x512 --weights fp16 "
    "--inference-config inference_v2.yaml\n"
    "  mimo export mimo-tiny/weights -o bundles/tiny"
)
@click.argument("checkpoint_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="New folder.")
@click.option(
    "--size",
    "sizes",
    multiple=True,
    type=PictureSize(),
    help="Picture size, WIDTHxHEIGHT px. May be given again: all sizes share one set of weights. "
    "A model of 'mimo train' knows its own.",
)
@click.option(
    "--frames",
    type=int,
    multiple=True,
    default=(24,),
    show_default=True,
    help="Frames of a window. May be given again: each size is exported for each.",
)
@click.option(
    "--weights",
    type=click.Choice(PRECISIONS),
    default="fp32",
    show_default=True,
    help="Precision in which weights are stored. fp16 halves the bundle: exact where the "
    "checkpoint has float16, else the error is printed. What is computed stays float32.",
)
@click.option(
    "--inference-config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The official inference_v2.yaml (or JSON); needed where heads differ from the release.",
)
@click.option("--licence", help="Terms of the weights, kept in the bundle.")
def export(
    checkpoint_dir: Path,
    output: Path,
    sizes: tuple[tuple[int, int], ...],
    frames: tuple[int, ...],
    weights: str,
    inference_config: Path | None,
    licence: str | None,
) -> None:
    """Export a checkpoint folder to a bundle of fixed-shape ONNX components.

    The folder is of the official layout, or what 'mimo train' has left.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UnsupportedError(
            f"Exporting needs {', '.join(missing)}; install them with "
            "pip install 'mimo-runtime[export]'."
        )
    if output.exists():
        raise InvalidRequestError(f"{output} exists already; name a new folder for the bundle.")
    if is_layer_model(checkpoint_dir):
        _export_layer_model(checkpoint_dir, output, sizes, licence)
        return
    if not sizes:
        raise InvalidRequestError("An official checkpoint is exported for a size; give one.")
    shapes = [Shape(*size, count) for size in sizes for count in frames]
    check_sizes(shapes)
    files = find_checkpoint_files(checkpoint_dir, inference_config)  # before torch is imported
    check_files(files, output, weights)
    positions = table_frames(filter(None, (files.motion_modules, files.denoiser)))
    if positions is not None:
        check_frames(shapes, positions)
    bundle = _export(checkpoint_dir, output, shapes, weights, inference_config, licence)
    for line in _facts(bundle):
        click.echo(line)


def _export_layer_model(
    folder: Path, output: Path, sizes: tuple[tuple[int, int], ...], licence: str | None
) -> None:
    from mimo_export.layer_exporter import LICENCE, bundle_from_layer_model

    if len(sizes) > 1 or any(width != height for width, height in sizes):
        raise InvalidRequestError(
            "A model that paints the human layer is exported for one square; give one size such "
            "as 192x192, or none for its own."
        )
    size_px = sizes[0][0] if sizes else 0
    with terminated_as_interrupted():
        bundle = bundle_from_layer_model(folder, output, licence or LICENCE, size_px)
    for line in _facts(bundle):
        click.echo(line)


def _export(
    checkpoint_dir: Path,
    output: Path,
    shapes: list[Shape],
    weights: str,
    inference_config: Path | None,
    licence: str | None,
) -> Bundle:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with (
        terminated_as_interrupted(),
        Progress(*columns, console=console, disable=not console.is_terminal) as bars,
    ):
        task = bars.add_task("loading torch")

        def show(doing: str, done_bytes: int, total_bytes: int) -> None:
            bars.update(task, description=doing, completed=done_bytes, total=total_bytes)

        from mimo_export.exporter import UNSTATED_LICENCE, bundle_from_checkpoint

        return bundle_from_checkpoint(
            checkpoint_dir,
            output,
            shapes,
            inference_config,
            licence or UNSTATED_LICENCE,
            weights,
            show,
        )


def _facts(bundle: Bundle) -> Iterator[str]:
    manifest = bundle.manifest
    size_bytes = sum(path.stat().st_size for path in bundle.folder.iterdir())
    shapes = ", ".join(
        f"{shape.width_px}x{shape.height_px} px and {shape.frames} frames"
        for shape in manifest.shapes
    )
    yield (
        f"{bundle.folder}: {len(manifest.components)} components, {size_bytes / 1e6:.1f} MB, "
        f"for {shapes}."
    )
    weights = manifest.weights
    if weights.dtype == "float16":
        error = weights.relative_error
        yield "weights rounded to float16: " + (
            f"relative error {error:.1e}" if error else "exact, the checkpoint has float16"
        )
        if weights.kept:
            yield f"{weights.kept} weights stay float32; they lie beyond float16"
