"""`mimo export`, announced to the command line as an entry point."""

import importlib.util
import re
from pathlib import Path

import click

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
    "  mimo export weights -o b --size 512x512 --frames 24 "
    "--inference-config inference_v2.yaml"
)
@click.argument("checkpoint_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="New folder.")
@click.option("--size", required=True, type=PictureSize(), help="Picture size, WIDTHxHEIGHT px.")
@click.option("--frames", type=int, default=24, show_default=True, help="Frames of a window.")
@click.option(
    "--inference-config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The official inference_v2.yaml (or JSON); needed where heads differ from the release.",
)
@click.option("--licence", help="Terms of the weights, kept in the bundle.")
def export(
    checkpoint_dir: Path,
    output: Path,
    size: tuple[int, int],
    frames: int,
    inference_config: Path | None,
    licence: str | None,
) -> None:
    """Export an official checkpoint folder to a bundle of fixed-shape ONNX components."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UnsupportedError(
            f"Exporting needs {', '.join(missing)}; install them with "
            "pip install 'mimo-runtime[export]'."
        )
    if output.exists():
        raise InvalidRequestError(f"{output} exists already; name a new folder for the bundle.")
    _export(checkpoint_dir, output, size, frames, inference_config, licence)


def _export(
    checkpoint_dir: Path,
    output: Path,
    size: tuple[int, int],
    frames: int,
    inference_config: Path | None,
    licence: str | None,
) -> None:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("loading torch")

        def show(name: str, done: int, total: int) -> None:
            bars.update(task, description=f"{name:<18}", completed=done, total=total)

        from mimo_export.components import Shape
        from mimo_export.exporter import UNSTATED_LICENCE, bundle_from_checkpoint

        bundle = bundle_from_checkpoint(
            checkpoint_dir,
            output,
            Shape(*size, frames),
            inference_config,
            licence or UNSTATED_LICENCE,
            show,
        )
        bars.update(task, description="done", completed=1, total=1)
    stored_mb = sum(stored.size_bytes for stored in bundle.manifest.files.values()) / 1e6
    click.echo(
        f"{output}: {len(bundle.manifest.components)} components, {stored_mb:.1f} MB, for "
        f"{size[0]}x{size[1]} px and {frames} frames."
    )
