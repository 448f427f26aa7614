"""A kernel of ours that lies beside the engines of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class KernelArgument:
    """One pointer of a kernel, in order: `role` is in or out."""

    name: str
    dtype: str
    role: str


@dataclass(frozen=True, slots=True)
class PlanKernel:
    """A kernel of ours beside the engines, launched by the runtime with pointers only.

    `entry` is its symbol in `file` (PTX or cubin, relative to the plan's folder), `grid` and
    `block` are counts, `shared_bytes` its dynamic shared memory.
    """

    name: str
    file: str
    entry: str
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    shared_bytes: int
    arguments: tuple[KernelArgument, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)


def kernel_from_json(values: dict[str, Any]) -> PlanKernel:
    """The kernel of an entry of `plan.json`; LookupError, TypeError or ValueError: it is none."""
    gx, gy, gz = values["grid"]
    bx, by, bz = values["block"]
    arguments = tuple(KernelArgument(**argument) for argument in values["arguments"])
    return PlanKernel(
        **values | {"grid": (gx, gy, gz), "block": (bx, by, bz), "arguments": arguments}
    )
