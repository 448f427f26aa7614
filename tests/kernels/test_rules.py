from collections import Counter
from dataclasses import replace

import pytest

from mimo_kernels import sass
from mimo_kernels.rules import Facts, check, check_smallest, per_exponential

SOUND = Facts(
    label="kernel",
    arch="sm_90",
    parameters=6,
    declared=6,
    shared_bytes=227 * 1024,
    registers=255,
    stack_bytes=0,
    matrix=("HGMMA",),
    two_byte_moves=0,
    per_exponential=9.0,
)


def test_a_sound_kernel_breaks_no_rule() -> None:
    assert check(SOUND, "HGMMA", 9.0) == []
    assert check(replace(SOUND, per_exponential=None, matrix=()), None, 1.0) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(SOUND, stack_bytes=8), "spills 8 bytes"),
        (replace(SOUND, shared_bytes=227 * 1024 + 1), "over 232448 of the chip"),
        (replace(SOUND, arch="sm_89", matrix=("HGMMA",)), "over 101376 of the chip"),
        (replace(SOUND, matrix=("HMMA",)), "holds HMMA instead of HGMMA"),
        (replace(SOUND, matrix=()), "holds no matrix instruction instead of HGMMA"),
        (replace(SOUND, two_byte_moves=32), "moves 32 times 2 bytes"),
        (replace(SOUND, parameters=8), "has 8 parameters where its launch passes 6"),
        (replace(SOUND, per_exponential=9.01), "over its budget of 9.0"),
    ],
)
def test_each_fault_is_one_sentence(facts: Facts, said: str) -> None:
    (sentence,) = check(facts, "HGMMA", 9.0)
    assert said in sentence
    assert sentence.startswith("kernel ")
    assert sentence.endswith(".")


def test_one_tactic_within_48_kib_is_enough() -> None:
    small = replace(SOUND, shared_bytes=48 * 1024)
    assert check_smallest("attention", [SOUND, small]) == []
    (sentence,) = check_smallest("attention", [SOUND, replace(SOUND, shared_bytes=49153)])
    assert "attention takes 49153 bytes" in sentence


def test_the_costliest_loop_with_exponentials_counts() -> None:
    def loop(**opcodes: int) -> sass.Loop:
        return sass.Loop({name.replace("_", "."): count for name, count in opcodes.items()})

    loops = (loop(MUFU_EX2=2, FADD=6), loop(MUFU_EX2=2, FADD=8), loop(HMMA=100))
    found = sass.Disassembly(Counter({"MUFU.EX2": 4, "FADD": 200}), loops)
    assert per_exponential(found) == 5.0
    assert per_exponential(replace(found, loops=loops[2:])) == 51.0
    assert per_exponential(sass.Disassembly(Counter({"FADD": 3}), ())) is None
