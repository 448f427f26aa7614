"""Watching processes come and go."""

import contextlib
import time
from collections.abc import Callable

import psutil
import pytest


def wait_until(is_true: Callable[[], bool]) -> None:
    """Fails after a minute."""
    for _ in range(6000):
        if is_true():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within a minute")


def is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
