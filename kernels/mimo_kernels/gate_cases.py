"""Which kernels the gate compiles: every operator at the sizes of the official 784-px model."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mimo_kernels.architectures import architecture
from mimo_kernels.latents import contract as latents
from mimo_kernels.launch import Dtype, Launch
from mimo_kernels.reference_attention import contract as reference_attention
from mimo_kernels.temporal_attention import contract as temporal_attention

BRANCHES, FRAMES, HEADS = 2, 24, 8
LATENT_SIZE = 4 * 98 * 98
LEVELS: Mapping[int, int] = {40: 98 * 98, 80: 49 * 49, 160: 25 * 25}  # head size: tokens
HALF_DTYPES: tuple[Dtype, ...] = ("fp16", "bf16")
# the constants that tell an operator's tactics apart
FLASH_TILE = ("query_tile", "key_tile", "main", "rest", "ones", "peel")
TEMPORAL_TILE = ("pixel_tile", "head_tile", "main", "pieces", "rest")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One tactic of one operator: `label` names it, `operator` is shared by all its tactics.

    `matrix` is the family of matrix instructions that it must hold, None where it needs none.
    """

    operator: str
    label: str
    arch: str
    launch: Launch
    matrix: str | None


def cases(arch: str, dtypes: tuple[Dtype, ...] = HALF_DTYPES) -> Iterator[Case]:
    """Yield every tactic of every operator on `arch`, best first for each operator."""
    for dtype in dtypes:
        for head_size, length in LEVELS.items():
            yield from _reference_attention(arch, dtype, head_size, length)
            yield from _temporal(arch, dtype, head_size, length)
        yield from _latents(arch, dtype)


def ends(every: Iterable[Case]) -> list[Case]:
    """Keep the first and the last tactic of each operator."""
    groups: dict[str, list[Case]] = {}
    for case in every:
        groups.setdefault(case.operator, []).append(case)
    return [case for group in groups.values() for case in dict.fromkeys((group[0], group[-1]))]


def _reference_attention(arch: str, dtype: Dtype, head_size: int, length: int) -> Iterator[Case]:
    problem = reference_attention.ReferenceProblem.contiguous(
        rows=BRANCHES * FRAMES,
        unconditional_rows=FRAMES,
        length=length,
        reference_length=length,
        heads=HEADS,
        head_size=head_size,
    )
    matrix = architecture(arch).matrix
    for launch in reference_attention.launches(problem, dtype, arch):
        yield _case(f"two-source {head_size} {dtype}", arch, launch, FLASH_TILE, matrix)


def _temporal(arch: str, dtype: Dtype, head_size: int, length: int) -> Iterator[Case]:
    problem = temporal_attention.TemporalProblem.contiguous(
        branches=BRANCHES, frames=FRAMES, length=length, heads=HEADS, head_size=head_size
    )
    for launch in temporal_attention.launches(problem, dtype, arch):
        # a batch of small products becomes mma.sync on every chip
        yield _case(f"temporal {head_size} {dtype}", arch, launch, TEMPORAL_TILE, "HMMA")


def _latents(arch: str, dtype: Dtype) -> Iterator[Case]:
    problem = latents.LatentsProblem(
        all_slots=5 * FRAMES,
        size=LATENT_SIZE,
        count=FRAMES,
        rows=FRAMES,
        branches=BRANCHES,
        steps=25,
    )
    for name, launch in latents.launches(problem, prediction=dtype, out=dtype).items():
        yield _case(f"{name} {dtype}", arch, launch, (), None)


def _case(
    operator: str, arch: str, launch: Launch, tile: tuple[str, ...], matrix: str | None
) -> Case:
    cut = "x".join(str(int(launch.constants[name])) for name in tile)
    name = f"{arch} {operator}"
    label = " ".join(filter(None, (name, cut, f"w{launch.warps}", f"s{launch.stages}")))
    return Case(name, label, arch, launch, matrix)
