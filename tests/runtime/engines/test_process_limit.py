"""Limits that a shell sets for a process are seen."""

import subprocess
import sys

LIMIT_BYTES = 3 << 30
PROGRAM = f"""
import resource
resource.setrlimit(resource.RLIMIT_DATA, ({LIMIT_BYTES}, {LIMIT_BYTES}))
from mimo_runtime.engines.memory import free_memory_bytes
from mimo_runtime.engines.process_limit import process_free_bytes
before = process_free_bytes()
taken = bytearray(1 << 30)
print(before, process_free_bytes(), free_memory_bytes())
"""


def test_what_was_taken_counts() -> None:
    said = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True)
    before, behind, free = map(int, said.split())
    assert 2 << 30 < before < LIMIT_BYTES
    assert before - behind >= 1 << 30
    assert free <= before
