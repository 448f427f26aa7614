"""The rooms keep apart, the base install is enough, and every test on disk is run."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOREIGN = ("torch", "onnx", "diffusers", "transformers", "triton", "tensorrt", "nvidia", "cuda")

OF_EXTRAS = (".serving.http", ".serving.telemetry")
IMPORT_ALL = f"""
import importlib, pkgutil, sys
import mimo_runtime, mimo.v1
names = [m.name for p in (mimo_runtime, mimo.v1)
         for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")
         if not m.name.endswith("__main__") and not any(part in m.name for part in {OF_EXTRAS!r})]
for name in names:
    importlib.import_module(name)
loaded = [name for name in {FOREIGN!r} if name in sys.modules]
assert not loaded, loaded
print(len(names))
"""


@pytest.fixture(scope="session")
def base_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the base dependencies only; `make test` provides one."""
    if given := os.environ.get("MIMO_BASE_PYTHON"):
        return Path(given)
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "-e", ROOT], check=True)
    return python


def test_every_test_on_disk_is_run() -> None:
    """Some names of folders are passed over by default, `build` among them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    collected = {line.split(":")[0] for line in run.stdout.splitlines() if ".py:" in line}
    on_disk = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert on_disk == collected


def test_no_arrow_points_the_wrong_way() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert " 0 broken" in run.stdout


def test_a_wrong_arrow_is_found(tmp_path: Path) -> None:
    """The contracts can fail: planning that imports the engines is refused."""
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    for room in ("export", "kernels", "proto"):
        (tmp_path / room).symlink_to(ROOT / room)
    source = ROOT / "runtime" / "mimo_runtime"
    for path in source.rglob("*.py"):
        copy = tmp_path / "runtime" / path.relative_to(ROOT / "runtime")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    windows = tmp_path / "runtime" / "mimo_runtime" / "planning" / "windows.py"
    windows.write_text(windows.read_text() + "\nimport mimo_runtime.serving.server\n")
    lint = Path(sys.executable).parent / "lint-imports"
    rooms = os.pathsep.join(
        str(tmp_path / room) for room in ("runtime", "export", "kernels", "proto")
    )
    run = subprocess.run(
        [lint, "--no-cache"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": rooms},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "planning.windows -> mimo_runtime.serving.server" in run.stdout


def test_every_runtime_module_imports_with_the_base_install(base_python: Path) -> None:
    run = subprocess.run(
        [base_python, "-c", IMPORT_ALL], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 60


def test_the_base_install_says_how_to_get_the_exporter(base_python: Path, tmp_path: Path) -> None:
    mimo = base_python.parent / "mimo"
    arguments = ["export", tmp_path, "-o", tmp_path / "b", "--size", "64x64"]
    run = subprocess.run([mimo, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 8
    assert "pip install 'mimo-runtime[export]'" in run.stderr


def test_the_base_install_says_how_to_get_the_http_door(base_python: Path) -> None:
    ask = "from mimo_runtime.serving.kept_jobs import http_door; http_door(*[None] * 6)"
    run = subprocess.run([base_python, "-c", ask], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'mimo-runtime[http]'" in run.stderr
