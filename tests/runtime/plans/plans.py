"""Small real plans on the disk, written the way a build writes them."""

from dataclasses import replace
from pathlib import Path

from mimo_runtime.bundle import TensorSpec, stored_file
from mimo_runtime.plans.draft import draft_folder, plans_locked, publish
from mimo_runtime.plans.folder import PlanFolder
from mimo_runtime.plans.kernel import KernelArgument, PlanKernel
from mimo_runtime.plans.key import PlanKey
from mimo_runtime.plans.manifest import (
    AttentionNode,
    LayerGroup,
    PlanComponent,
    PlanManifest,
)

KEY = PlanKey(
    engine="tensorrt",
    engine_version="11.4.0.106",
    arch="sm_90",
    precision="fp16",
    bundle_digest="b" * 64,
    options={"level": 3, "stripped": True},
    kernels_digest="k" * 64,
    triton_version="3.7.1",
)
COMPONENT = PlanComponent(
    file="time_embedding.plan",
    weights_bytes=6,
    inputs=(TensorSpec("timesteps", (64,), "int64"),),
    outputs=(TensorSpec("time_projections", (64, 8), "float32"),),
    error=0.001,
    layers=(LayerGroup("rest", {"Gemm": 16}),),
    attention=(AttentionNode("node_3", "mimo::TemporalAttention", "mimo_kernels"),),
)
KERNEL = PlanKernel(
    name="gather_latents",
    file="kernels/gather_latents.ptx",
    entry="gather_latents_kernel",
    grid=(1, 1, 1),
    block=(128, 1, 1),
    shared_bytes=0,
    arguments=(KernelArgument("latents", "fp32", "in"), KernelArgument("out", "fp32", "out")),
    constants={"size": 1024},
)


def write_plan(
    bundle: Path,
    key: PlanKey = KEY,
    names: tuple[str, ...] = ("time_embedding",),
    built_at: str = "2026-11-20T10:00:00+00:00",
) -> PlanFolder:
    """A plan with one small file a component."""
    bundle.mkdir(exist_ok=True)
    with plans_locked(bundle), draft_folder(bundle) as draft:
        (draft / "kernels").mkdir()
        (draft / KERNEL.file).write_text(".version 8.3\n")
        for name in names:
            (draft / f"{name}.plan").write_bytes(f"engine of {name}".encode())
        files = sorted(path for path in draft.rglob("*") if path.is_file())
        manifest = PlanManifest(
            key=key,
            components={name: replace(COMPONENT, file=f"{name}.plan") for name in names},
            files={path.relative_to(draft).as_posix(): stored_file(path) for path in files},
            built_by="mimo-runtime 0",
            built_at=built_at,
            kernels=(KERNEL,),
        )
        return publish(draft, manifest)
