"""What the denoise loop does between two passes, on the device: contract, fp64, launches.

What is summed and moved is fp32 and changed in place; `slots` int32 or int64 [count] are those
of one window, no two alike; `size` is the elements of one latent, 4 h w.

    gather_latents   out[i] = latents[slots[i]]
                     latents [all, size], out [rows >= count, size] of any floating dtype
    accumulate       total[slots[i], h] += prediction[h, i]
                     total [all, branches, size], prediction [branches, rows >= count, size] of any
                     dtype
    solver_step      v = base + guidance (weight total[:, 1] - base), base = weight total[:, 0];
                     with one branch v = base
                     latents = sample_scale latents + prediction_scale v;  total = 0
    increment_step   step = (step + 1) modulo steps

`coefficients` [steps, 3] are sample_scale, prediction_scale, guidance; `step` int32 [1] is read on
the device, so that one captured step serves for all. `increment_step` is a launch of its own: every
program of `solver_step` reads the step, and nothing orders them. No kernel has the number of all
slots compiled in, so one serves every sequence. Source: v-prediction DDIM
(arXiv 2202.00512), classifier-free guidance (arXiv 2207.12598).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mimo_kernels.attention import Array
from mimo_kernels.launch import Argument, Constant, Dtype, Launch

BLOCK = 1024  # elements of a program


@dataclass(frozen=True, slots=True)
class LatentsProblem:
    """Sizes of one sequence and of one window in it.

    `all_slots` latents of `size` elements; `count` frames in the window, whose pass predicts
    `rows` rows (padding behind the first `count`) for each of 1 or 2 `branches`; `steps` steps.
    """

    all_slots: int
    size: int
    count: int
    rows: int
    branches: int
    steps: int

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that cannot be."""
        if min(self.all_slots, self.size, self.count, self.steps) < 1:
            raise ValueError(f"{self} has nothing in it; every size is at least 1.")
        if self.branches not in (1, 2):
            raise ValueError(f"There are {self.branches} branches; 1 and 2 (guided) are possible.")
        if not self.count <= self.rows or not self.count <= self.all_slots:
            raise ValueError(
                f"A window of {self.count} slots does not fit into {self.rows} rows and "
                f"{self.all_slots} slots."
            )


def launches(
    problem: LatentsProblem,
    prediction: Dtype = "fp32",
    out: Dtype = "fp32",
    slots: Dtype = "i64",
) -> dict[str, Launch]:
    """The launch of each operator by name; the same for every chip, within 48 KiB.

    `prediction` is the dtype that the passes predict in, `out` the one that they take latents in,
    `slots` i32 or i64. Pointers: gather_latents (latents, slots, out), accumulate
    (prediction, slots, total), solver_step (window_weights, coefficients, step, latents,
    total), increment_step (step). What an operator changes in place is an output.
    """
    size: dict[str, Constant] = {"size": problem.size}
    block: dict[str, Constant] = {"block": BLOCK}
    blocks = -(-problem.size // BLOCK)
    branches: dict[str, Constant] = {"branches": problem.branches}
    return {
        "gather_latents": _launch(
            "gather_latents",
            _pointers("in", latents="fp32", slots=slots) + _pointers("out", out=out),
            size | block,
            (blocks, problem.count, 1),
        ),
        "accumulate": _launch(
            "accumulate",
            _pointers("in", prediction=prediction, slots=slots) + _pointers("out", total="fp32"),
            size | {"rows": problem.rows} | branches | block,
            (blocks, problem.count, problem.branches),
        ),
        "solver_step": _launch(
            "solver_step",
            _pointers("in", window_weights="fp32", coefficients="fp32", step="i32")
            + _pointers("out", latents="fp32", total="fp32"),
            size | branches | block,
            (blocks, problem.all_slots, 1),
        ),
        "increment_step": _launch(
            "increment_step", _pointers("out", step="i32"), {"steps": problem.steps}, (1, 1, 1)
        ),
    }


def gather_latents_fp64(latents: Array, slots: NDArray[np.integer]) -> Array:
    """`gather_latents`: latents [all, ...] to [count, ...]."""
    taken: Array = np.asarray(latents, np.float64)[slots]
    return taken


def accumulate_fp64(total: Array, prediction: Array, slots: NDArray[np.integer]) -> Array:
    """`accumulate`: the new total [all, branches, ...]; prediction [branches, rows, ...]."""
    summed = np.array(total, np.float64)
    summed[slots] += np.swapaxes(prediction, 0, 1)[: len(slots)]
    return summed


def solver_step_fp64(
    latents: Array, total: Array, window_weights: Array, coefficients: Array, step: int
) -> Array:
    """`solver_step`: the new latents [all, ...]; total [all, branches, ...], weights [all]."""
    sample_scale, prediction_scale, guidance = np.asarray(coefficients, np.float64)[step]
    each = np.asarray(window_weights, np.float64).reshape(-1, *[1] * (latents.ndim - 1))
    velocity = np.asarray(total[:, -1], np.float64) * each
    if total.shape[1] == 2:
        plain = total[:, 0] * each
        velocity = plain + guidance * (velocity - plain)
    moved: Array = sample_scale * latents + prediction_scale * velocity
    return moved


def _pointers(role: Literal["in", "out"], **dtypes: Dtype) -> tuple[Argument, ...]:
    return tuple(Argument(name, dtype, role) for name, dtype in dtypes.items())


def _launch(
    operator: str,
    arguments: tuple[Argument, ...],
    constants: dict[str, Constant],
    grid: tuple[int, int, int],
) -> Launch:
    kernel = f"mimo_kernels.latents.kernel:{operator}_kernel"
    return Launch(kernel, arguments, constants, grid, warps=4, stages=1)
