"""Loops are compiled, with or without a place to keep the result."""

from mimo_runtime.body.jit import compiled

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
    total = compiled(names["total"])
    assert total(10) == 45
    assert total.signatures
