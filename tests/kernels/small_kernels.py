"""Kernels that only tests compile: one that is as it should be, and one for each fault."""

from collections.abc import Mapping

import triton
import triton.language as tl

from mimo_kernels.launch import Argument, Launch

POINTERS = tuple(
    Argument(name, "fp16", "out" if name == "output" else "in")
    for name in ("query", "key", "output")
)


@triton.jit
def attend(query, key, output, m: tl.constexpr, n: tl.constexpr, d: tl.constexpr,
           stride: tl.constexpr, length: tl.constexpr):  # fmt: skip
    """Products and exponentials in a loop, nothing else; it computes nothing of use."""
    rows = (tl.program_id(0) * m + tl.arange(0, m))[:, None]
    size = tl.arange(0, d)[None, :]
    q = tl.load(query + rows * stride + size)
    mixed = tl.zeros([m, d], tl.float32)
    for start in range(0, length, n):
        k = tl.load(key + (start + tl.arange(0, n))[:, None] * stride + size)
        weights = tl.exp2(tl.dot(q, tl.trans(k)))
        mixed = tl.dot(weights.to(k.dtype), k, mixed)
    tl.store(output + rows * stride + size, mixed.to(q.dtype))


@triton.jit
def described(query, key, output, m: tl.constexpr, d: tl.constexpr):
    """Copies through a tensor descriptor that the device makes, which needs scratch memory."""
    source = tl.make_tensor_descriptor(query, [m, d], [d, 1], [m, d])
    rows = tl.arange(0, m)[:, None] * d
    tl.store(output + rows + tl.arange(0, d)[None, :], source.load([0, 0]))


def launch(
    constants: Mapping[str, int], kernel: str = "attend", warps: int = 4, stages: int = 2
) -> Launch:
    """A launch of one of this module's kernels."""
    name = f"{__name__}:{kernel}"
    return Launch(name, POINTERS, constants, (16, 1, 1), warps, stages)


GOOD = launch({"m": 64, "n": 64, "d": 64, "stride": 64, "length": 1024})
FAULTY: Mapping[str, Launch] = {
    "spills": launch({"m": 128, "n": 64, "d": 128, "stride": 128, "length": 1024}, warps=2),
    "2 bytes": launch({"m": 64, "n": 64, "d": 64, "stride": 65, "length": 1024}),
    "of shared memory, over": launch(
        {"m": 64, "n": 128, "d": 128, "stride": 128, "length": 1024}, stages=6
    ),
    "global_scratch": launch({"m": 64, "d": 64}, kernel="described"),
}
