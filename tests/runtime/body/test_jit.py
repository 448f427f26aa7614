"""Loops are compiled, with or without a place to keep the result."""

import os
import subprocess
import sys

from mimo_runtime.body.jit import Compiled

SOURCE = """
def total(count):
    result = 0
    for number in range(count):
        result += number
    return result
"""


def test_a_loop_without_a_file_to_cache_beside_is_compiled_all_the_same() -> None:
    names: dict = {}
    exec(compile(SOURCE, "<nowhere>", "exec"), names)
    total = Compiled(names["total"])
    assert total(10) == 45
    assert total.machine_code().signatures  # type: ignore[attr-defined]


def test_a_loop_may_call_another_one() -> None:
    assert _outer(4) == 12


def test_who_only_imports_waits_for_nothing() -> None:
    program = (
        "import sys, mimo_runtime.body.raster, mimo_runtime.runner.synthesizer\n"
        "raise SystemExit('numba' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert (
        subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode
        == 0
    )


@Compiled
def _inner(number: int) -> int:
    return 2 * number


@Compiled
def _outer(count: int) -> int:
    result = 0
    for number in range(count):
        result += _inner(number)
    return result
