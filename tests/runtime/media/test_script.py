"""Scripts that read clips: their children leave with them, however they end."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import psutil

import mimo_runtime

from .processes import is_alive, wait_until

SOURCE_ROOT = Path(mimo_runtime.__file__).parents[1]

SCRIPT = """
import sys
sys.path[:0] = [{root!r}]
from pathlib import Path
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import open_clip
reader = open_clip(Path({clip!r}), MediaLimits(), decoder="pyav", batch_frames=1)
first = next(iter(reader))
import psutil
print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)
"""


def is_running(pid: str) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return is_alive(psutil.Process(int(pid)))
    return False


def start_script(clip: Path, ending: str, beginning: str = "") -> "subprocess.Popen[str]":
    script = beginning + SCRIPT.format(root=str(SOURCE_ROOT), clip=str(clip)) + ending
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_a_plain_script_needs_no_guard_and_leaves_quietly(long_clip: Path) -> None:
    script = start_script(long_clip, "assert len(list(reader)) == 59")
    output, errors = script.communicate(timeout=60)
    assert (script.returncode, errors) == (0, "")
    assert len(output.split()) == 2
    wait_until(lambda: not any(map(is_running, output.split())))


def test_the_choice_of_decoder_is_logged_once(long_clip: Path) -> None:
    again = "list(open_clip(Path({clip!r}), MediaLimits(), decoder='pyav'))".format
    logged = "import logging; logging.basicConfig(level='INFO')\n"
    script = start_script(long_clip, again(clip=str(long_clip)), beginning=logged)
    _, errors = script.communicate(timeout=60)
    assert errors.count("clips are decoded with pyav: ") == 1


def test_a_parent_that_is_killed_takes_its_children_along(long_clip: Path) -> None:
    script = start_script(long_clip, "import time; time.sleep(60)")
    assert script.stdout is not None
    pids = script.stdout.readline().split()
    assert len(pids) == 2
    script.kill()
    script.communicate()
    wait_until(lambda: not any(map(is_running, pids)))


def test_a_hard_limit_on_memory_is_kept(clip: Path) -> None:
    """Batch systems set one (ulimit -v); a child may not raise it."""
    beginning = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (500, 500))\n"
    )
    script = start_script(clip, "assert len(list(reader)) == 11", beginning)
    _, errors = script.communicate(timeout=60)
    assert (script.returncode, errors) == (0, "")
