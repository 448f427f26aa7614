"""What every compiled kernel must keep to, as pure rules on plain numbers.

Source of the limits: `architectures`; of the opcode families: what ptxas makes of each Triton
matrix product (wgmma on sm_90, tcgen05 on sm_100, mma.sync elsewhere).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mimo_kernels import ptx, sass
from mimo_kernels.aot import Artefact
from mimo_kernels.architectures import architecture
from mimo_kernels.tiles import SMALLEST_SHARED_BYTES


@dataclass(frozen=True, slots=True)
class Facts:
    """What one compiled kernel is made of.

    `label` says which; `arch` is as in "sm_90"; `parameters` counts those of its PTX and
    `declared` those of its launch; `matrix` are the families of matrix instructions that it
    holds; `per_exponential` is instructions per softmax element in its hot loop (of the whole
    kernel where it has no loop), None without a softmax.
    """

    label: str
    arch: str
    parameters: int
    declared: int
    shared_bytes: int
    registers: int
    stack_bytes: int
    matrix: tuple[str, ...]
    two_byte_moves: int
    per_exponential: float | None


def measure(label: str, artefact: Artefact) -> Facts:
    """Read all facts from an artefact's PTX and disassembled cubin."""
    found = sass.disassemble(artefact.cubin)
    return Facts(
        label=label,
        arch=artefact.arch,
        parameters=len(ptx.entry(artefact.ptx).parameters),
        declared=len(artefact.arguments),
        shared_bytes=artefact.shared_bytes,
        registers=artefact.registers,
        stack_bytes=artefact.stack_bytes,
        matrix=tuple(f for f in sass.MATRIX_FAMILIES if sass.count(found.opcodes, f)),
        two_byte_moves=sum(sass.count(found.opcodes, name) for name in sass.TWO_BYTE_MOVES),
        per_exponential=per_exponential(found),
    )


def per_exponential(found: sass.Disassembly) -> float | None:
    """The instructions per exponential of the costliest loop, None without a softmax.

    Where no loop holds both products and exponentials it is of the whole kernel.
    """
    loops = [loop.opcodes for loop in found.loops if sass.count(loop.opcodes, sass.EXPONENTIAL)]
    tables = loops or [found.opcodes]
    counted = [(sum(table.values()), sass.count(table, sass.EXPONENTIAL)) for table in tables]
    return max((total / times for total, times in counted if times), default=None)


def check(facts: Facts, matrix: str | None, budget: float | None) -> list[str]:
    """A sentence for each rule that a kernel breaks.

    `matrix` is the family of matrix instructions that it must hold (None: none asked), `budget`
    the most instructions per softmax element, slack included (None: none recorded).
    """
    limit = architecture(facts.arch).shared_limit_bytes
    cost = facts.per_exponential
    broken = {
        f"spills {facts.stack_bytes} bytes of registers; use a smaller tile or more warps": (
            facts.stack_bytes > 0
        ),
        f"takes {facts.shared_bytes} bytes of shared memory, over {limit} of the chip; "
        "use a smaller tile or fewer stages": facts.shared_bytes > limit,
        f"holds {', '.join(facts.matrix) or 'no matrix instruction'} instead of {matrix}": (
            matrix is not None and matrix not in facts.matrix
        ),
        f"moves {facts.two_byte_moves} times 2 bytes of global memory; make its strides "
        "constants that allow a vector": facts.two_byte_moves > 0,
        f"has {facts.parameters} parameters where its launch passes {facts.declared}": (
            facts.parameters != facts.declared
        ),
        f"issues {cost} instructions per softmax element, over its budget of {budget}; make it "
        "cheaper or record the new cost": (
            cost is not None and budget is not None and cost > budget
        ),
    }
    return [f"{facts.label} {text}." for text, holds in broken.items() if holds]


def check_smallest(operator: str, tactics: Iterable[Facts]) -> list[str]:
    """A sentence when none of an operator's tactics keeps to 48 KiB of shared memory."""
    least = min(facts.shared_bytes for facts in tactics)
    if least <= SMALLEST_SHARED_BYTES:
        return []
    return [
        f"{operator} takes {least} bytes of shared memory in its smallest tactic; add one within "
        f"{SMALLEST_SHARED_BYTES}, which every launcher grants."
    ]
