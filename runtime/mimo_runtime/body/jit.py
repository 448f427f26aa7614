"""Compiling loops to machine code, once a machine where that can be kept."""

from collections.abc import Callable
from functools import update_wrapper
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Compiled(Generic[Parameters, Result]):
    """A loop that Numba compiles at its first call: a decorator.

    Without fast-math, so that results are reproducible. The machine code is cached beside the
    source or in the user's cache folder; where neither can be written it is compiled anew in each
    process. Numba takes a while to import, so that it is not before that call.
    """

    def __init__(self, loop: Callable[Parameters, Result]) -> None:
        update_wrapper(self, loop)
        self._loop = loop
        self._machine_code: Callable[Parameters, Result] | None = None

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Run the loop."""
        return self.machine_code()(*args, **kwargs)

    def machine_code(self) -> Callable[Parameters, Result]:
        """What Numba made of the loop, and of the loops that it calls."""
        if self._machine_code is None:
            self._machine_code = _compiled(_of_machine_code(self._loop))
        return self._machine_code


def _of_machine_code(loop: Callable[..., Any]) -> Callable[..., Any]:
    """`loop` calling machine code in place of `Compiled`, of which Numba knows nothing."""
    assert isinstance(loop, FunctionType)
    called = {
        name: each.machine_code()
        for name in loop.__code__.co_names
        if isinstance(each := loop.__globals__.get(name), Compiled)
    }
    if not called:
        return loop
    copy = FunctionType(loop.__code__, loop.__globals__ | called, loop.__name__, loop.__defaults__)
    return update_wrapper(copy, loop)


def _compiled(loop: Callable[..., Any]) -> Callable[..., Any]:
    import numba

    made: Callable[..., Any]
    try:
        made = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # Numba finds no folder for its cache
        made = numba.njit(nogil=True)(loop)
    return made
