"""`Architecture`: what ahead-of-time compilation and its gate know of each GPU generation.

Source: CUDA C++ Programming Guide, compute capabilities (shared memory of one block); PTX ISA
release notes (which PTX version introduced a target, which driver loads it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NEWEST_PTX = 90  # PTX 9.0: CUDA 13.0, driver 580


@dataclass(frozen=True, slots=True)
class Architecture:
    """One GPU generation; `shared_limit_bytes` is the most that one block may ask for.

    `ptx_version` is ten times the version that its PTX names, as Triton takes it; `matrix` is the
    instruction family that its matrix multiplications compile to; `assembler` is Triton's.
    """

    name: str
    capability: int
    shared_limit_bytes: int
    matrix: Literal["HMMA", "HGMMA", "UTCHMMA"]
    ptx_version: int
    assembler: Literal["ptxas", "ptxas-blackwell"]


ARCHITECTURES: Mapping[str, Architecture] = {
    known.name: known
    for known in (
        Architecture("sm_80", 80, 163 * 1024, "HMMA", 83, "ptxas"),
        Architecture("sm_86", 86, 99 * 1024, "HMMA", 83, "ptxas"),
        Architecture("sm_89", 89, 99 * 1024, "HMMA", 83, "ptxas"),
        Architecture("sm_90", 90, 227 * 1024, "HGMMA", 83, "ptxas"),
        Architecture("sm_100", 100, 227 * 1024, "UTCHMMA", 87, "ptxas-blackwell"),
        Architecture("sm_120", 120, 99 * 1024, "HMMA", 87, "ptxas-blackwell"),
    )
}


def architecture(name: str) -> Architecture:
    """What is known of `name` ("sm_90"); ValueError names the ones that can be had."""
    try:
        return ARCHITECTURES[name]
    except KeyError:
        known = ", ".join(ARCHITECTURES)
        raise ValueError(f"No kernels are compiled for {name}; choose one of {known}.") from None
