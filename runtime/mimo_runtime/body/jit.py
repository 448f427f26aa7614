"""Compiling loops to machine code, once a machine where that can be kept."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(loop: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """`loop` compiled by Numba at its first call, without fast-math: results are reproducible.

    The machine code is cached beside the source or in the user's cache folder; where neither can
    be written it is compiled anew in each process.
    """
    try:
        return cast("Callable[Parameters, Result]", numba.njit(cache=True, nogil=True)(loop))
    except RuntimeError:  # Numba finds no folder for its cache
        return cast("Callable[Parameters, Result]", numba.njit(nogil=True)(loop))
