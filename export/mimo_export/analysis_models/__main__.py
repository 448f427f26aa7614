"""`python -m mimo_export.analysis_models PACKAGES -o MODELS`: see the package's documentation."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import mimo_export.analysis_models as package
from mimo_export.analysis_models.conversion import convert
from mimo_export.analysis_models.manifest import FORMAT, entry_of
from mimo_export.analysis_models.sources import SOURCES, Source
from mimo_runtime.errors import MimoError

_TOOLS = ("tensorflow-cpu", "tf2onnx", "onnx")


def write_models(sources: Sequence[Source], packages: Path, folder: Path) -> None:
    """Convert `sources` from the archives in `packages`; write ONNX and manifest to `folder`."""
    tools = {name: version(name) for name in _TOOLS}
    entries = []
    for source in sources:
        model = convert(source, packages)
        content = model.SerializeToString(deterministic=True)
        (folder / f"{source.name}.onnx").write_bytes(content)
        entries.append(entry_of(source, model, content, tools))
    manifest = json.dumps({"format": FORMAT, "models": entries}, indent=2)
    (folder / "manifest.json").write_text(manifest + "\n")


def main() -> int:
    """Read the command line, convert, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m mimo_export.analysis_models",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("packages", type=Path, help="folder with the three npm archives")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write to")
    names = [source.name for source in SOURCES]
    parser.add_argument(
        "--name", action="append", choices=names, help="only this one; default: all that ship"
    )
    arguments = parser.parse_args()
    wanted = arguments.name or [source.name for source in SOURCES if source.ships]
    chosen = [source for source in SOURCES if source.name in wanted]
    arguments.output.mkdir(parents=True, exist_ok=True)
    try:
        write_models(chosen, arguments.packages, arguments.output)
    except MimoError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
