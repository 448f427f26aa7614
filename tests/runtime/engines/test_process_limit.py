"""Limits that a shell sets for a process are seen."""

import subprocess
import sys

import pytest

LIMIT_BYTES, WEIGHTS_BYTES = 3 << 30, 1 << 30
PROGRAM = f"""
import resource, sys
from mimo_runtime.bundle import Component, Weights
from mimo_runtime.engines.cpu_footprint import onnxruntime_footprint, torch_footprint
from mimo_runtime.engines.memory import free_memory_bytes
from mimo_runtime.engines.process_limit import process_free_bytes
resource.setrlimit(getattr(resource, sys.argv[1]), ({LIMIT_BYTES}, {LIMIT_BYTES}))
before = process_free_bytes()
taken = bytearray(1 << 30)
component = Component("x.onnx", {WEIGHTS_BYTES}, (), (), 0)
mapped = [
    footprint("denoiser", component, Weights()).resident_bytes
    for footprint in (onnxruntime_footprint, torch_footprint)
]
print(before, process_free_bytes(), free_memory_bytes(), *mapped)
"""


@pytest.mark.parametrize(("limit", "read_bytes"), [("RLIMIT_DATA", 0), ("RLIMIT_AS", 1 << 30)])
def test_what_was_taken_counts_and_what_is_mapped_will(limit: str, read_bytes: int) -> None:
    """What is mapped to be read only has an address and takes no data."""
    said = subprocess.check_output([sys.executable, "-c", PROGRAM, limit], text=True)
    before, behind, free, written, read = map(int, said.split())
    assert LIMIT_BYTES // 2 < before < LIMIT_BYTES
    assert before - behind >= 1 << 30
    assert free <= before
    assert (written, read) == (WEIGHTS_BYTES, read_bytes)
