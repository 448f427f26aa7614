"""A render that draws nobody opens none of the rooms in which characters are made."""

import os
import subprocess
import sys

HEAVY = (
    "google.protobuf",
    "grpc",
    "mimo_runtime.analysis.estimators",
    "mimo_runtime.characters.figure",
    "mimo_runtime.fitting.motion_fit",
    "mimo_runtime.runner.live_preparation",
)
PROGRAM = f"""
import sys
from mimo_runtime.cli.main import main
from mimo_runtime.runner.synthesizer import Synthesizer
raise SystemExit(", ".join(name for name in {HEAVY} if name in sys.modules))
"""


def test_a_synthesizer_brings_no_room_along_in_which_characters_are_made() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr.strip() == ""
