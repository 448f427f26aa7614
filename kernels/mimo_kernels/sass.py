"""What a cubin really holds: registers, spills, and the instructions of its innermost loops.

`cuobjdump` and `nvdisasm` come with Triton and need no GPU. The loop that matters is the smallest
one that holds a matrix multiplication; a kernel may have several, one after the other.
"""

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MATRIX_FAMILIES = ("HMMA", "HGMMA", "UTCHMMA", "QMMA", "IMMA", "QGMMA", "IGMMA", "UTCQMMA")
EXPONENTIAL = "MUFU.EX2"
TWO_BYTE_MOVES = ("LDG.E.U16", "LDG.E.S16", "STG.E.U16")

_USAGE = re.compile(r"REG:(\d+) STACK:(\d+) SHARED:(\d+)")
_INSTRUCTION = re.compile(
    r"^\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?\w+\s+)?(?P<opcode>[A-Z][\w.]*)(?P<rest>.*)$"
)
_LABEL = re.compile(r"^(\.L_\w+):")
_TARGET = re.compile(r"`\((\.L_\w+)\)")


@dataclass(frozen=True, slots=True)
class Usage:
    """What one thread (registers, stack in bytes) of the kernel takes; a stack means a spill."""

    registers: int
    stack_bytes: int


@dataclass(frozen=True, slots=True)
class Loop:
    """One innermost loop with a matrix multiplication: its opcodes, with modifiers, counted."""

    opcodes: Mapping[str, int]

    @property
    def instructions(self) -> int:
        """How many instructions one turn of the loop issues, taken or not."""
        return sum(self.opcodes.values())


@dataclass(frozen=True, slots=True)
class Disassembly:
    """All opcodes of a kernel, and its innermost loops with a matrix multiplication."""

    opcodes: Mapping[str, int]
    loops: tuple[Loop, ...]


def usage(cubin: bytes) -> Usage:
    """What a thread of the cubin's one kernel takes."""
    found = _USAGE.search(_run("cuobjdump", "-res-usage", cubin))
    if found is None:
        raise ValueError("cuobjdump names no resource usage; the cubin holds no kernel.")
    return Usage(registers=int(found[1]), stack_bytes=int(found[2]))


def disassemble(cubin: bytes) -> Disassembly:
    """The instructions of the cubin's one kernel."""
    return parse(_run("nvdisasm", "-c", cubin))


def parse(text: str) -> Disassembly:
    """Read what `nvdisasm -c` printed."""
    opcodes: list[str] = []
    labels: dict[str, int] = {}
    jumps: list[tuple[str, int]] = []  # (label, place of the branch)
    for line in text.splitlines():
        label = _LABEL.match(line)
        if label:
            labels[label[1]] = len(opcodes)
        found = _INSTRUCTION.match(line)
        if found is None:
            continue
        target = _TARGET.search(found["rest"])
        if target and found["opcode"].startswith("BRA"):
            jumps.append((target[1], len(opcodes)))
        opcodes.append(found["opcode"])
    spans = [(labels[name], address + 1) for name, address in jumps if labels[name] <= address]
    loops = (Loop(Counter(opcodes[start:end])) for start, end in _innermost(spans, opcodes))
    return Disassembly(Counter(opcodes), tuple(loops))


def count(opcodes: Mapping[str, int], family: str) -> int:
    """Count `family` and its longer forms in a table of opcodes: "LDG.E" counts LDG.E.128 too."""
    return sum(
        times for name, times in opcodes.items() if name == family or name.startswith(f"{family}.")
    )


def tool(name: str) -> str:
    """The path of a program that comes with Triton ("ptxas", "nvdisasm", ...)."""
    import triton

    path: str = getattr(triton.knobs.nvidia, name.replace("-", "_")).path
    return path


def _innermost(spans: list[tuple[int, int]], opcodes: list[str]) -> list[tuple[int, int]]:
    """Keep the shortest spans with a matrix multiplication that do not overlap, in order.

    A wait placed behind the kernel's EXIT jumps back over it, and so is no loop.
    """
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: span[1] - span[0]):
        families = {opcode.split(".")[0] for opcode in opcodes[start:end]}
        looped = "EXIT" not in families and not families.isdisjoint(MATRIX_FAMILIES)
        if looped and all(end <= first or last <= start for first, last in kept):
            kept.append((start, end))
    return sorted(kept)


def _run(name: str, option: str, cubin: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernel.cubin"
        path.write_bytes(cubin)
        done = subprocess.run([tool(name), option, str(path)], capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"{name} cannot read the cubin: {done.stderr.strip()}")
    return done.stdout
