import importlib.util
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.cli.report import lines, report
from mimo_runtime.engines.availability import device_or_reason, library_version
from mimo_runtime.engines.device import Device
from mimo_runtime.engines.report import engine_report
from mimo_runtime.errors import BundleError
from tests.runtime.plans.plans import KEY, write_plan

ADA = Device("RTX 6000 Ada", "sm_89", 48 << 30, (13, 0))
without_gpu = pytest.mark.skipif(device_or_reason()[0] is not None, reason="there is a GPU")

needs_rtx = pytest.mark.skipif(
    importlib.util.find_spec("tensorrt_rtx") is None, reason="TensorRT-RTX is not installed"
)


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Bundle:
    folder = tmp_path / "bundle"
    shutil.copytree(small_bundle, folder, ignore=shutil.ignore_patterns("plans"))
    return Bundle.open(folder)


def _output(*arguments: str) -> str:
    result = CliRunner().invoke(report, arguments)
    assert result.exit_code == 0, result.exception
    return result.output


@without_gpu
def test_without_gpu_and_plans_onnx_runtime_runs_all_and_the_command_is_told(
    bundle: Bundle,
) -> None:
    text = _output(str(bundle.folder))
    assert "GPU     none. There is no NVIDIA driver" in text
    assert "components on onnxruntime" in text
    assert f"'mimo build {bundle.folder} --engine tensorrt-rtx --gpu sm_89'" in text
    for name in COMPONENTS:
        assert f"  {name} " in text


@without_gpu
def test_json_holds_everything(bundle: Bundle) -> None:
    write_plan(bundle.folder, replace(KEY, bundle_digest=bundle.digest))
    told = json.loads(_output(str(bundle.folder), "--json"))
    engines = {engine["name"]: engine for engine in told["engines"]}
    assert list(engines) == ["tensorrt", "tensorrt-rtx", "torch", "onnxruntime"]
    assert told["chosen"] == "onnxruntime"
    assert not engines["tensorrt"]["runs"]
    assert engines["tensorrt"]["reason"]
    (plan,) = told["plans"]
    (component,) = plan["components"]
    assert component["attention"][0]["operator"] == "mimo::TemporalAttention"
    assert told["device"] is None


@needs_rtx
def test_a_plan_for_this_gpu_is_chosen_and_its_kernels_are_told(bundle: Bundle) -> None:
    key = replace(KEY, engine="tensorrt-rtx", arch="sm_89", bundle_digest=bundle.digest)
    plan = write_plan(bundle.folder, replace(key, engine_version=library_version("tensorrt_rtx")))
    facts = engine_report(bundle, ADA, "")
    assert facts.chosen == "tensorrt-rtx"
    assert next(row for row in facts.engines if row.runs).plan == plan.path.name
    text = "\n".join(lines(facts))
    assert "GPU     RTX 6000 Ada, sm_89, 51.5 GB" in text
    assert "  time_embedding     fp16, weights 0.0 MB, relative error 1.0e-03; tensorrt-rtx" in text
    assert "      1 mimo::TemporalAttention: mimo_kernels" in text


@needs_rtx
def test_a_foreign_plan_is_told_and_something_else_runs(bundle: Bundle) -> None:
    key = replace(KEY, engine="tensorrt-rtx", arch="sm_86", bundle_digest=bundle.digest)
    write_plan(bundle.folder, replace(key, engine_version=library_version("tensorrt_rtx")))
    facts = engine_report(bundle, ADA, "")
    assert facts.chosen in ("torch", "onnxruntime")
    rtx = facts.engines[1]
    assert (rtx.runs, rtx.plan) == (False, "")
    assert "is foreign: built for sm_86, this GPU is sm_89" in rtx.reason
    assert "no plan serves this GPU; 'mimo build" in "\n".join(lines(facts))


def test_a_broken_plan_is_told(bundle: Bundle) -> None:
    (bundle.folder / "plans" / "torn").mkdir(parents=True)
    assert "torn is no plan" in _output(str(bundle.folder))


def test_a_folder_that_is_no_bundle_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(report, [str(tmp_path)])
    assert isinstance(result.exception, BundleError)
