"""What the denoise loop does between two passes, on the device: contract, fp64, launches.

What is summed and moved is fp32 and changed in place; `places` int32 or int64 [count] are those of
one window, no two alike; `size` is the elements of one latent, 4 h w.

    take_rows   out[i] = latents[places[i]]
                latents [all, size], out [rows >= count, size] of any floating dtype
    add_rows    total[places[i], h] += prediction[h, i]
                total [all, halves, size], prediction [halves, rows >= count, size] of any dtype
    advance     v = base + guidance (share total[:, 1] - base), base = share total[:, 0]; with one
                half v = base;  latents = sample_scale latents + prediction_scale v;  total = 0
    next_step   step = (step + 1) modulo steps

`coefficients` [steps, 3] are sample_scale, prediction_scale, guidance; `step` int32 [1] is read on
the device, so that one captured step serves for all. `next_step` is a launch of its own: every
program of `advance` reads the step, and nothing orders them. No kernel has the number of all
places compiled in, so one serves every sequence. Source: v-prediction DDIM
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

    `all_places` latents of `size` elements; `count` places in the window, whose pass predicts
    `rows` rows (padding behind the first `count`) for each of 1 or 2 `halves`; `steps` steps.
    """

    all_places: int
    size: int
    count: int
    rows: int
    halves: int
    steps: int

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that cannot be."""
        if min(self.all_places, self.size, self.count, self.steps) < 1:
            raise ValueError(f"{self} has nothing in it; every size is at least 1.")
        if self.halves not in (1, 2):
            raise ValueError(f"There are {self.halves} halves; 1 and 2 (guided) are possible.")
        if not self.count <= self.rows or not self.count <= self.all_places:
            raise ValueError(
                f"A window of {self.count} places does not fit into {self.rows} rows and "
                f"{self.all_places} places."
            )


def launches(
    problem: LatentsProblem,
    prediction: Dtype = "fp32",
    out: Dtype = "fp32",
    places: Dtype = "i64",
) -> dict[str, Launch]:
    """Return the launch of each operator by name; the same for every chip, within 48 KiB.

    `prediction` is the dtype that the passes predict in, `out` the one that they take latents in,
    `places` i32 or i64. Pointers: take_rows (latents, places, out), add_rows (prediction, places,
    total), advance (shares, coefficients, step, latents, total), next_step (step). What an
    operator changes in place is an output.
    """
    size: dict[str, Constant] = {"size": problem.size}
    block: dict[str, Constant] = {"block": BLOCK}
    blocks = -(-problem.size // BLOCK)
    halves: dict[str, Constant] = {"halves": problem.halves}
    return {
        "take_rows": _launch(
            "take_rows",
            _pointers("in", latents="fp32", places=places) + _pointers("out", out=out),
            size | block,
            (blocks, problem.count, 1),
        ),
        "add_rows": _launch(
            "add_rows",
            _pointers("in", prediction=prediction, places=places) + _pointers("out", total="fp32"),
            size | {"rows": problem.rows} | halves | block,
            (blocks, problem.count, problem.halves),
        ),
        "advance": _launch(
            "advance",
            _pointers("in", shares="fp32", coefficients="fp32", step="i32")
            + _pointers("out", latents="fp32", total="fp32"),
            size | halves | block,
            (blocks, problem.all_places, 1),
        ),
        "next_step": _launch(
            "next_step", _pointers("out", step="i32"), {"steps": problem.steps}, (1, 1, 1)
        ),
    }


def take_rows_fp64(latents: Array, places: NDArray[np.integer]) -> Array:
    """`take_rows`: latents [all, ...] to [count, ...]."""
    taken: Array = np.asarray(latents, np.float64)[places]
    return taken


def add_rows_fp64(total: Array, prediction: Array, places: NDArray[np.integer]) -> Array:
    """`add_rows`: the new total [all, halves, ...]; prediction [halves, rows, ...]."""
    summed = np.array(total, np.float64)
    summed[places] += np.swapaxes(prediction, 0, 1)[: len(places)]
    return summed


def advance_fp64(
    latents: Array, total: Array, shares: Array, coefficients: Array, step: int
) -> Array:
    """`advance`: the new latents [all, ...] from total [all, halves, ...], shares [all]."""
    sample_scale, prediction_scale, guidance = np.asarray(coefficients, np.float64)[step]
    each = np.asarray(shares, np.float64).reshape(-1, *[1] * (latents.ndim - 1))
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
    kernel = f"mimo_kernels.latents_kernels:{operator}_kernel"
    return Launch(kernel, arguments, constants, grid, warps=4, stages=1)
