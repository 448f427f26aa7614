"""The kernels that lie beside the engines of a plan: what happens to latents between passes."""

import hashlib
import importlib.util
import math
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import mimo_kernels
from mimo_kernels.launch import Launch
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.plans.kernel import KernelArgument, PlanKernel

FOLDER = "kernels"
MakeKernels = Callable[[Bundle, str, Path], tuple[PlanKernel, ...]]
_STEPS = 1000  # the step counter wraps here, behind any schedule
_PORTABLE = "sm_80"  # its PTX runs on every later GPU


def kernels_digest() -> str:
    """SHA-256 over the sources of all kernels."""
    digest = hashlib.sha256()
    folder = Path(mimo_kernels.__path__[0])
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def triton_version() -> str:
    """The installed Triton, or nothing."""
    return version("triton") if importlib.util.find_spec("triton") else ""


def latents_launches(bundle: Bundle) -> Iterator[tuple[str, Launch]]:
    """Name and launch of each kernel of `mimo_runtime.engines.cuda.latents` for a bundle.

    The number in a name is that of the branches of a prediction. Grids are those of one frame; how
    many frames there are is the runtime's to say, as no kernel has it compiled in.
    """
    from mimo_kernels.latents.contract import LatentsProblem, launches

    frames, *latent = bundle.tensor("denoiser", "latents").shape
    size = math.prod(latent)
    for branches in (1, 2):
        problem = LatentsProblem(1, size, count=1, rows=frames, branches=branches, steps=_STEPS)
        made = launches(problem)
        yield f"accumulate_{branches}", made["accumulate"]
        yield f"solver_step_{branches}", made["solver_step"]
    yield "gather_latents", made["gather_latents"]
    yield "increment_step", made["increment_step"]


def compile_kernels(bundle: Bundle, arch: str, folder: Path) -> tuple[PlanKernel, ...]:
    """Compile the kernels for `arch` into `folder`/kernels; none where Triton is not installed.

    Raises:
        UnsupportedError: a kernel does not compile; the sentence says why.
    """
    if not triton_version() or int(arch.removeprefix("sm_")) < 80:
        return ()
    from mimo_kernels.architectures import ARCHITECTURES

    target = arch if arch in ARCHITECTURES else _PORTABLE
    (folder / FOLDER).mkdir()
    return tuple(
        _compiled(name, launch, target, folder) for name, launch in latents_launches(bundle)
    )


def _compiled(name: str, launch: Launch, arch: str, folder: Path) -> PlanKernel:
    from mimo_kernels.aot import compile_launch

    try:
        artefact = compile_launch(launch, arch)
    except ValueError as error:
        raise UnsupportedError(str(error)) from error
    file = f"{FOLDER}/{name}.ptx"
    (folder / file).write_text(artefact.ptx, encoding="utf-8")
    return PlanKernel(
        name=name,
        file=file,
        entry=artefact.name,
        grid=artefact.grid,
        block=artefact.block,
        shared_bytes=artefact.shared_bytes,
        arguments=tuple(KernelArgument(a.name, a.dtype, a.role) for a in launch.arguments),
        constants=dict(launch.constants),
    )
