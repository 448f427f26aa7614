"""A process that is told to end does, whatever it waits for."""

import os
import signal
import subprocess
import sys

import pytest

STUCK = """
import threading, time
from mimo_runtime.serving.ending import end_after
lock = threading.Lock()
lock.acquire()
threading.Thread(target=lock.acquire).start()  # joined when the interpreter ends
end_after({seconds})
{then}
"""


@pytest.mark.parametrize("then", ["", "lock.acquire()", "while True: pass"])
def test_the_system_ends_what_cannot_end_itself(then: str) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    program = STUCK.format(seconds=0.2, then=then)
    ended = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert ended.returncode == -signal.SIGALRM
