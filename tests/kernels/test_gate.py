import json
from pathlib import Path

import pytest

from mimo_kernels import gate_cases
from mimo_kernels.architectures import ARCHITECTURES, architecture
from tests.kernels.processes import python

BUDGETS = Path(__file__).parent / "data" / "instruction_budgets.json"


def test_the_kernels_pass_the_gate(tmp_path: Path) -> None:
    """First and last tactic of every operator in fp16, for three chips, compiled afresh."""
    done = python("-m", "mimo_kernels.gate", "--json", "--budgets", str(BUDGETS), cache=tmp_path)
    report = json.loads(done.stdout)
    assert report["broken"] == []
    assert done.returncode == 0
    assert {kernel["arch"] for kernel in report["kernels"]} == {"sm_89", "sm_90", "sm_120"}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the gate says of kernels that are wrong on purpose, by their fault."""
    cache = tmp_path_factory.mktemp("triton")
    done = python("-m", "tests.kernels.compile_small", "faults", cache=cache)
    assert done.returncode == 0, done.stderr
    sentences: dict[str, list[str]] = json.loads(done.stdout)
    return sentences


@pytest.mark.parametrize(
    "fault",
    ["spills", "2 bytes", "of shared memory, over", "global_scratch", "does not compile"],
)
def test_a_faulty_kernel_is_caught(said: dict[str, list[str]], fault: str) -> None:
    assert fault in said[fault][0]


def test_a_sound_kernel_passes_and_a_dear_one_does_not(said: dict[str, list[str]]) -> None:
    assert said["good"] == []
    assert "over its budget of 2.2" in said["budget"][0]
    assert "has no recorded budget" in said["unrecorded"][0]
    assert "holds HMMA instead of HGMMA" in said["matrix"][0]


def test_a_failing_gate_exits_with_1_and_says_why(tmp_path: Path) -> None:
    budgets = tmp_path / "budgets.json"
    budgets.write_text("{}")
    options = ("--arch", "sm_90", "--budgets", str(budgets), "--operator", "temporal 40")
    done = python("-m", "mimo_kernels.gate", *options, cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "has no recorded budget; record it." in " ".join(done.stdout.split())


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_tactic_has_its_own_label_and_a_matrix_instruction(arch: str) -> None:
    every = list(gate_cases.cases(arch))
    assert len({case.label for case in every}) == len(every)
    flash = [case for case in every if "two-source" in case.operator]
    assert {case.matrix for case in flash} == {architecture(arch).matrix}
    kept = gate_cases.ends(iter(every))
    assert {case.operator for case in kept} == {case.operator for case in every}
    assert kept[0] is every[0]
