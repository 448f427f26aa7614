"""Python in another process, without the interpreter of Triton: where kernels are compiled."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATHS = (ROOT, ROOT / "kernels")


def python(
    *arguments: str, cache: Path, paths: tuple[Path, ...] = (), **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS`; compiled kernels are kept in folder `cache` and nowhere else."""
    environment = {k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"} | variables
    environment["PYTHONPATH"] = os.pathsep.join(str(path) for path in (*paths, *PATHS))
    environment["TRITON_CACHE_DIR"] = str(cache)
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
