import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mimo_export.build_command import build
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.availability import device_or_reason
from mimo_runtime.errors import BundleError, MimoError, UnsupportedError
from mimo_runtime.plans.folder import find_plans
from tests.kernels.processes import ROOT, python

RTX = ("--engine", "tensorrt-rtx")
without_gpu = pytest.mark.skipif(device_or_reason()[0] is not None, reason="there is a GPU")


def _refused(*arguments: object) -> MimoError:
    result = CliRunner().invoke(build, [str(argument) for argument in arguments])
    assert isinstance(result.exception, MimoError), result.output
    return result.exception


@without_gpu
def test_without_a_gpu_it_asks_for_one_with_the_choices(small_bundle: Path) -> None:
    error = _refused(small_bundle, *RTX)
    assert isinstance(error, UnsupportedError)
    assert str(error).endswith("with --gpu: sm_80, sm_86, sm_89, sm_120, sm_121.")
    assert "sm_90" in str(_refused(small_bundle))


def test_hopper_is_refused_for_rtx_with_the_way_out(small_bundle: Path) -> None:
    error = _refused(small_bundle, *RTX, "--gpu", "sm_90")
    assert isinstance(error, UnsupportedError)
    assert "not sm_90; build with the engine tensorrt" in str(error)


@without_gpu
def test_tensorrt_is_built_on_its_gpu(small_bundle: Path) -> None:
    error = _refused(small_bundle, "--gpu", "sm_90")
    assert "this machine has none" in str(error)
    assert "tensorrt-rtx" in str(error)


@without_gpu
def test_a_check_needs_the_gpu(small_bundle: Path) -> None:
    error = _refused(small_bundle, *RTX, "--gpu", "sm_89", "--check")
    assert "--check runs the engines, which needs a GPU of sm_89." in str(error)
    assert str(error).endswith(". Build without --check.")


def test_float8_has_its_gpus(small_bundle: Path) -> None:
    error = _refused(small_bundle, *RTX, "--gpu", "sm_86", "--precision", "fp8")
    assert "not sm_86" in str(error)


def test_a_folder_that_is_no_bundle_is_told(tmp_path: Path) -> None:
    error = _refused(tmp_path, *RTX, "--gpu", "sm_89")
    assert isinstance(error, BundleError)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--gpu", "ada"), "'ada' is no GPU architecture; give one such as sm_90."),
        (("--precision", "int4"), "'int4' is not one of"),
        (("--component", "brain"), "'brain' is not one of"),
        (("--level", "9"), "9 is not in the range"),
    ],
)
def test_a_wrong_option_is_told(small_bundle: Path, arguments: tuple[str, ...], words: str) -> None:
    result = CliRunner().invoke(build, [str(small_bundle), *arguments])
    assert result.exit_code == 2
    assert words in result.output


def test_a_build_from_the_command_line_and_a_second_one(bundle: Bundle, tmp_path: Path) -> None:
    """In another process: here Triton interprets and compiles nothing."""
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed")
    tell = "atexit.register(lambda: print('onnx_ir' in sys.modules, file=sys.stderr))"
    script = f"import atexit, sys; {tell}; from mimo_export.build_command import build; build()"
    command = ["-c", script, str(bundle.folder), *RTX, "--gpu", "sm_89"]
    options = ["--component", "time_embedding", "--level", "0"]
    paths = tuple(ROOT / room for room in ("runtime", "export", "proto"))

    def run(imports_onnx: bool) -> str:
        done = python(*command, *options, cache=tmp_path / "triton", paths=paths)
        assert done.returncode == 0, done.stderr
        assert done.stderr.split()[-1] == str(imports_onnx)
        return done.stdout

    first, second = run(True), run(False)  # its import takes seconds
    (plan,) = find_plans(bundle.folder).plans
    assert f"{plan.path}: built in" in first
    assert "Gemm 16" in first
    assert second == f"{plan.path}: nothing to do, it is built already.\n"
    plan.verify()
    key = json.loads((plan.path / "plan.json").read_text())["key"]
    assert (key["engine"], key["arch"], key["precision"]) == ("tensorrt-rtx", "sm_89", "fp16")
