"""The command that builds a plan, as sentences quote it."""

import shlex
from pathlib import Path


def build_command(
    bundle_folder: Path, engine: str, arch: str | None = None, precision: str | None = None
) -> str:
    """`mimo build` with the arguments that give a plan for `engine`, `arch` and `precision`."""
    parts = ["mimo", "build", str(bundle_folder), "--engine", engine]
    if precision:
        parts += ["--precision", precision]
    if arch:
        parts += ["--gpu", arch]
    return shlex.join(parts)
