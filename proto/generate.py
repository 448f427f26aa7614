"""Makes the Python of every .proto file beside it: `python proto/generate.py [--check]`.

`--check` writes nothing and ends with 1 when a committed file differs from what would be made.
The versions of the generators are pinned in the extra `dev`, so equal input gives equal bytes.
"""

import argparse
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PLUGINS = ("protoc-gen-mypy", "protoc-gen-mypy_grpc")
OUTPUTS = ("python", "grpc_python", "mypy", "mypy_grpc")


def generate(into: Path) -> None:
    """Write the generated files of all .proto files under the folder `into`.

    Raises:
        subprocess.CalledProcessError: protoc refuses a file; it has said why on stderr.
    """
    scripts = Path(sysconfig.get_path("scripts"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT}"]
    command += [f"--plugin={name}={scripts / name}" for name in PLUGINS]
    command += [f"--{output}_out={into}" for output in OUTPUTS]
    command += ["--mypy_opt=quiet", "--mypy_grpc_opt=quiet"]
    subprocess.run([*command, *sorted(map(str, ROOT.rglob("*.proto")))], check=True)


def stale(made: Path) -> list[str]:
    """Names of the committed files that are missing, differ from `made`, or are made no more."""
    fresh = {path.relative_to(made) for path in made.rglob("*_pb2*")}
    committed = {path.relative_to(ROOT) for path in ROOT.rglob("*_pb2*.py*") if path.is_file()}
    committed = {path for path in committed if "__pycache__" not in path.parts}
    same = {
        path
        for path in fresh & committed
        if (made / path).read_bytes() == (ROOT / path).read_bytes()
    }
    return sorted(str(path) for path in (fresh | committed) - same)


def main() -> int:
    """Generate, or with `--check` compare; the exit code is 1 when something is stale."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    if not parser.parse_args().check:
        generate(ROOT)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        names = stale(Path(folder))
    if names:
        sys.stderr.write(f"Stale: {', '.join(names)}. Run: python proto/generate.py\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
