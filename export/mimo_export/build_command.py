"""`mimo build`, announced to the command line as an entry point."""

import importlib.util
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mimo_runtime.bundle import COMPONENTS, Bundle, Shape, shape_from
from mimo_runtime.bundle.opening import open_at_terminal
from mimo_runtime.engines.availability import RTX_ARCHITECTURES, device_or_reason
from mimo_runtime.engines.device import Device
from mimo_runtime.errors import CancelledError, UnsupportedError
from mimo_runtime.plans.folder import PlanFolder
from mimo_runtime.plans.key import ENGINES, PRECISIONS, TENSORRT, TENSORRT_RTX

if TYPE_CHECKING:
    from mimo_export.plan_builder.library import Library
    from mimo_export.plan_builder.target import Target

_NEEDED = {"onnx": "onnx", "onnx_ir": "onnx-ir", "ml_dtypes": "ml-dtypes"}
_TENSORRT_ARCHITECTURES = ("sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120")


class Architecture(click.ParamType[str]):
    """A compute capability such as `sm_90`."""

    name = "sm_NN"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The text itself, where it is one."""
        if not re.fullmatch(r"sm_\d{2,3}", str(value)):
            self.fail(f"'{value}' is no GPU architecture; give one such as sm_90.", param, ctx)
        return str(value)


@click.command(
    epilog="\b\nExamples:\n"
    "  mimo build bundles/mimo-784\n"
    "  mimo build bundles/mimo-512 --engine tensorrt-rtx --gpu sm_89\n"
    "  mimo build bundles/mimo-512 --precision fp8 --component denoiser"
)
@click.argument("bundle", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--shape",
    metavar="WxHxFRAMES",
    callback=lambda _context, _option, text: shape_from(text),
    help="Picture size and window to build for, of a bundle that has several; default: its first.",
)
@click.option("--verify", is_flag=True, help="Read every file of the bundle and compare it.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=TENSORRT,
    show_default=True,
    help="tensorrt for GPUs of data centres, tensorrt-rtx for workstations.",
)
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="fp16",
    show_default=True,
    help="fp8: the denoiser's products in float8, if the error that is measured allows it.",
)
@click.option("--gpu", type=Architecture(), help="Architecture to build for; default: this GPU's.")
@click.option(
    "--component",
    "components",
    multiple=True,
    type=click.Choice(COMPONENTS),
    metavar="NAME",
    help="Only this component, and those already built; may be given again. Default: all.",
)
@click.option(
    "--level",
    type=click.IntRange(0, 5),
    default=3,
    show_default=True,
    help="Optimisation level: higher builds longer and may run faster.",
)
@click.option(
    "--whole", is_flag=True, help="Keep the weights inside TensorRT's engines, one copy in each."
)
@click.option(
    "--no-measure",
    is_flag=True,
    help="Do not run the networks on the CPU, which finds values beyond float16 and the error.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Run the engines on this machine's GPU afterwards and compare them with ONNX Runtime.",
)
def build(
    bundle: Path,
    shape: Shape | None,
    verify: bool,
    engine: str,
    precision: str,
    gpu: str | None,
    components: tuple[str, ...],
    level: int,
    whole: bool,
    no_measure: bool,
    check: bool,
) -> None:
    """Compile the components of BUNDLE for one kind of GPU; a second run does nothing."""
    _require_packages(check)
    device, no_device = device_or_reason()
    arch = gpu or _arch(engine, device, no_device)
    from mimo_export.plan_builder.library import Library, check_target
    from mimo_export.plan_builder.target import Target

    check_target(engine, arch, device)
    if check and (device is None or device.arch != arch):
        raise UnsupportedError(
            f"--check runs the engines, which needs a GPU of {arch}. "
            f"{no_device or 'This machine has another.'} Build without --check."
        )
    if precision == "fp8":
        from mimo_export.plan_builder.float8 import check_architecture

        check_architecture(arch, measured=not no_measure)
    target = Target(
        engine=engine,
        arch=arch,
        precision=precision,
        level=level,
        stripped=engine == TENSORRT and not whole,
        measured=not no_measure,
    )
    opened, library = open_at_terminal(bundle, shape, verify), Library(engine)
    plan = _build(opened, library, target, components or COMPONENTS, device)
    if check:
        _check(opened, plan, library)


def _require_packages(check: bool) -> None:
    needed = _NEEDED | ({"polygraphy": "polygraphy"} if check else {})
    missing = [pip for name, pip in needed.items() if importlib.util.find_spec(name) is None]
    if missing:
        raise UnsupportedError(
            f"Building needs {', '.join(missing)}; install them with "
            "pip install 'mimo-runtime[export]'."
        )


def _arch(engine: str, device: Device | None, no_device: str) -> str:
    if device is not None:
        return device.arch
    known = RTX_ARCHITECTURES if engine == TENSORRT_RTX else _TENSORRT_ARCHITECTURES
    raise UnsupportedError(f"{no_device} Name the GPU to build for with --gpu: {', '.join(known)}.")


def _build(
    bundle: Bundle,
    library: "Library",
    target: "Target",
    components: tuple[str, ...],
    device: Device | None,
) -> PlanFolder:
    from rich.console import Console

    from mimo_export.draft import terminated_as_interrupted
    from mimo_export.plan_builder.builder import Builder
    from mimo_export.plan_builder.progress import BuildBars
    from mimo_export.plan_builder.summary import lines

    began_s = time.monotonic()
    try:
        with terminated_as_interrupted(), BuildBars(Console(stderr=True)) as bars:
            built = Builder(bundle, library, device, bars).build(target, components)
    except KeyboardInterrupt:
        raise CancelledError(
            "Cancelled; components that were built are kept, and the same command goes on."
        ) from None
    if not built.new:
        click.echo(f"{built.plan.path}: nothing to do, it is built already.")
        return built.plan
    click.echo(f"{built.plan.path}: built in {time.monotonic() - began_s:.0f} s.")
    for line in lines(built.plan):
        click.echo(line)
    return built.plan


def _check(bundle: Bundle, plan: PlanFolder, library: "Library") -> None:
    from mimo_export.plan_builder.check import check, on_the_gpu

    click.echo("relative error on this GPU, against ONNX Runtime:")
    for name, error in check(bundle, plan, on_the_gpu(plan, library.trt)):
        click.echo(f"  {name:<18} {error:.1e}")
