"""Limits that a shell sets for a process are seen."""

import subprocess
import sys

LIMIT_BYTES, WEIGHTS_BYTES = 3 << 30, 1 << 30
PROGRAM = f"""
import resource
from mimo_runtime.bundle import Component, Weights
from mimo_runtime.engines.cpu_footprint import onnxruntime_footprint
from mimo_runtime.engines.memory import free_memory_bytes
from mimo_runtime.engines.process_limit import process_free_bytes
resource.setrlimit(resource.RLIMIT_DATA, ({LIMIT_BYTES}, {LIMIT_BYTES}))
before = process_free_bytes()
taken = bytearray(1 << 30)
component = Component("x.onnx", {WEIGHTS_BYTES}, (), (), 0)
mapped = onnxruntime_footprint("denoiser", component, Weights()).resident_bytes
print(before, process_free_bytes(), free_memory_bytes(), mapped)
"""


def test_what_was_taken_counts_and_what_is_mapped_will() -> None:
    said = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True)
    before, behind, free, mapped = map(int, said.split())
    assert LIMIT_BYTES // 2 < before < LIMIT_BYTES
    assert before - behind >= 1 << 30
    assert free <= before
    assert mapped == WEIGHTS_BYTES
