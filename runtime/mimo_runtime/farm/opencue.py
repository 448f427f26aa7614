"""A shot as a job of OpenCue: each of its steps a layer, of which one has a frame a segment.

Its own library launches the job, in a Python of its own where that cannot be installed beside this
program: `opencue_outline` is the script that runs there.
"""

import json
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mimo_runtime.errors import ServerUnreachableError, UnsupportedError
from mimo_runtime.farm.shot_file import ShotFile
from mimo_runtime.farm.steps import JobStep

FRAME: Final = "#IFRAME#"
"""What OpenCue replaces by a frame's number; a frame of the layer is a segment of the shot."""
_SCRIPT: Final = Path(__file__).with_name("opencue_outline.py")
_MISSING: Final = 3


def outline_job(shot: ShotFile, steps: Sequence[JobStep], command: str) -> dict[str, Any]:
    """The job of the `steps` of a shot, as plain data.

    `command` is what nodes call 'mimo'; they see the shot file where this machine has it.
    """
    path = str(shot.path.resolve())
    layers = [_layer(step, path, command) for step in steps]
    return {"name": shot.output.name, "layers": layers, "variables": dict(shot.variables)}


def _layer(step: JobStep, path: str, command: str) -> dict[str, Any]:
    """What `opencue_outline` makes a layer of; its range is None where it has one frame."""
    words = _quoted(command, step.command, path, *step.options)
    layer = {"name": step.command, "after": step.after, "command": words, "range": None}
    if not step.segments:
        return layer
    segments = f"0-{len(step.segments) - 1}"
    return layer | {"range": segments, "command": [*words, "--segment", FRAME]}


def launch(job: dict[str, Any], python: str) -> str:
    """Launch a job by the Python that has OpenCue's library; gives back what is said of it.

    Raises:
        UnsupportedError: it has not.
        ServerUnreachableError: the job was not taken.
    """
    ran = subprocess.run(
        [python, str(_SCRIPT)], input=json.dumps(job), capture_output=True, text=True, check=False
    )
    told = (ran.stderr.strip().splitlines() or ["nothing was said"])[-1].rstrip(".")
    if ran.returncode == _MISSING:
        raise UnsupportedError(
            f"OpenCue's library is missing ({told}); install it with 'pip install "
            "opencue-pyoutline packaging', or name a Python that has it in MIMO_OPENCUE_PYTHON."
        )
    if ran.returncode:
        raise ServerUnreachableError(
            f"OpenCue did not take the job: {told}; see that the variable CUEBOT_HOSTS names your "
            "Cuebot."
        )
    return ran.stdout.strip()


def _quoted(*words: str) -> list[str]:
    """Words for the shell in which OpenCue starts a frame."""
    return [shlex.quote(word) for word in words]
