"""Everything that runs on a GPU but the GPU and TensorRT, against a driver in software.

The driver has to be found before cuda-python looks for one, so the tests in `soft_gpu/` run in a
process of their own.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.engines.soft_gpu import library

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]


@pytest.mark.skipif(library.compiler() is None, reason="there is no C compiler on this machine")
def test_on_a_gpu_in_software(tmp_path: Path) -> None:
    library.build(tmp_path)
    command = [
        sys.executable, "-m", "pytest", str(HERE / "soft_gpu"), "-o", "python_files=soft_*.py",
        "-p", "no:xdist", "-p", "no:cacheprovider",
    ]  # fmt: skip
    found = os.environ.get("LD_LIBRARY_PATH", "")
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{tmp_path}:{found}", "TRITON_INTERPRET": "1"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
