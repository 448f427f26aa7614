"""A launch compiled ahead of time, without a GPU: `compile_launch` makes an `Artefact`.

PTX is what a TensorRT plugin carries, the cubin what `mimo_runtime` loads itself. Both take only
the launch's own pointers, inputs before outputs.
"""

import hashlib
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimo_kernels import ptx, sass
from mimo_kernels.architectures import NEWEST_PTX, Architecture, architecture
from mimo_kernels.launch import Argument, Launch

SCRATCH = ("global_scratch_size", "profile_scratch_size")


@dataclass(frozen=True, slots=True)
class Artefact:
    """One compiled launch.

    `name` is the kernel's symbol in `ptx` and `cubin`; `grid` and `block` are in programs and
    threads; `shared_bytes` is dynamic shared memory of a block, `registers` and `stack_bytes` are
    of a thread; `tensor_memory_columns` is what it takes of an sm_100's tensor memory; `digest`
    is the SHA-256 of the PTX in hex.
    """

    name: str
    arch: str
    ptx: str
    cubin: bytes
    arguments: tuple[Argument, ...]
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    shared_bytes: int
    registers: int
    stack_bytes: int
    tensor_memory_columns: int
    digest: str

    def plugin_objection(self) -> str | None:
        """Why a TensorRT plugin cannot carry this kernel, or None when it can."""
        if self.tensor_memory_columns:
            return (
                f"{self.name} takes {self.tensor_memory_columns} columns of tensor memory on "
                f"{self.arch}, which a TensorRT plugin does not reserve."
            )
        return None


def compile_launch(launch: Launch, arch: str) -> Artefact:
    """Compile `launch` for `arch` ("sm_90") with Triton and its assembler.

    Raises ValueError for an unknown architecture, a kernel that was decorated under
    TRITON_INTERPRET, one that Triton cannot compile, PTX that driver 580 does not load, and a
    kernel that needs more than its pointers: scratch memory, clusters, cooperative or dependent
    launch, tensor descriptors.
    """
    chip = architecture(arch)
    compiled = _compile(launch, chip)
    refused = objections(launch.kernel, compiled.metadata)
    if refused:
        raise ValueError(" ".join(refused))
    text = ptx.without_sources(compiled.asm["ptx"])
    text = ptx.without_hidden_parameters(text, len(launch.arguments))
    if ptx.version(text) > NEWEST_PTX:
        raise ValueError(
            f"{launch.kernel} became PTX {ptx.version(text) / 10} for {arch}, newer than "
            f"{NEWEST_PTX / 10}, the newest that driver 580 loads; pin a lower version."
        )
    return _artefact(launch, chip, text, compiled.metadata)


def objections(kernel: str, metadata: Any) -> list[str]:
    """A sentence for each thing that a launch from pointers alone cannot give `kernel`."""
    found = [
        f"{kernel} needs {getattr(metadata, name)} bytes of {name.removesuffix('_size')}; "
        "keep its state in registers and shared memory."
        for name in SCRATCH
        if getattr(metadata, name)
    ]
    if metadata.num_ctas != 1:
        found.append(f"{kernel} is compiled for clusters of {metadata.num_ctas}; use one block.")
    if metadata.launch_cooperative_grid or metadata.launch_pdl:
        found.append(f"{kernel} needs a cooperative or dependent launch; use a plain one.")
    if metadata.tensordesc_meta:
        found.append(f"{kernel} takes tensor descriptors; pass pointers.")
    return found


def _compile(launch: Launch, chip: Architecture) -> Any:
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource
    from triton.errors import TritonError

    function = launch.function()
    interpreted = not isinstance(function, triton.runtime.JITFunction)
    if interpreted:
        raise ValueError(
            f"{launch.kernel} was imported under TRITON_INTERPRET and cannot be compiled; "
            "compile in a process without that variable."
        )
    source = ASTSource(function, launch.signature(), dict(launch.constants), launch.attributes())
    options = {
        "num_warps": launch.warps,
        "num_stages": launch.stages,
        "ptx_version": chip.ptx_version,
        "enable_fp_fusion": True,  # the default of every Triton up to 3.9, not of later ones
    }
    try:
        return triton.compile(
            source, target=GPUTarget("cuda", chip.capability, 32), options=options
        )
    except (TritonError, RuntimeError) as problem:  # a pass of LLVM that fails is a RuntimeError
        raise ValueError(
            f"{launch.kernel} does not compile for {chip.name} with {launch.warps} warps and "
            f"{launch.stages} stages: {problem}"
        ) from problem


def _artefact(launch: Launch, chip: Architecture, text: str, metadata: Any) -> Artefact:
    kernel = ptx.entry(text)
    cubin = assemble(text, chip)
    taken = sass.usage(cubin)
    return Artefact(
        name=kernel.name,
        arch=chip.name,
        ptx=text,
        cubin=cubin,
        arguments=launch.arguments,
        grid=launch.grid,
        block=kernel.threads,
        shared_bytes=metadata.shared,
        registers=taken.registers,
        stack_bytes=taken.stack_bytes,
        tensor_memory_columns=metadata.tmem_size or 0,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def assemble(text: str, chip: Architecture) -> bytes:
    """The cubin of PTX `text`; ValueError holds what the assembler said."""
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder) / "kernel.ptx", Path(folder) / "kernel.cubin"
        source.write_text(text)
        program = sass.tool(chip.assembler)
        options = ("--regAllocOptLevel=2", f"--gpu-name={ptx.target(text)}")  # as Triton has it
        command = [program, *options, str(source), "-o", str(result)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"{chip.assembler} refuses the PTX: {done.stderr.strip()}")
        return result.read_bytes()
