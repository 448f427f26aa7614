import importlib.util
from importlib.metadata import version

import pytest

from mimo_runtime.engines.availability import engine_reports, library_version
from mimo_runtime.engines.device import Device
from mimo_runtime.errors import UnsupportedError

NO_GPU = "There is no GPU; use another engine."
H200 = Device("H200", "sm_90", 141 << 30, (13, 0))
ADA = Device("RTX 6000 Ada", "sm_89", 48 << 30, (13, 0))
needs_rtx = pytest.mark.skipif(
    importlib.util.find_spec("tensorrt_rtx") is None, reason="TensorRT-RTX is not installed"
)


def test_all_engines_are_told_best_first_and_one_always_runs() -> None:
    reports = engine_reports(None, NO_GPU)
    assert [r.name for r in reports] == ["tensorrt", "tensorrt-rtx", "torch", "onnxruntime"]
    assert reports[-1].usable
    assert reports[-1].version == version("onnxruntime")
    assert all(r.reason.endswith(".") for r in reports)


def test_without_a_gpu_the_reason_is_that() -> None:
    for report in engine_reports(None, NO_GPU)[:2]:
        assert not report.usable
        assert report.reason == NO_GPU or "pip install" in report.reason


@needs_rtx
def test_rtx_runs_on_workstations_and_not_on_hopper() -> None:
    on_hopper, on_ada = engine_reports(H200, "")[1], engine_reports(ADA, "")[1]
    assert (on_ada.usable, on_ada.reason) == (True, "Runs on RTX 6000 Ada (sm_89).")
    assert not on_hopper.usable
    assert "not on H200 (sm_90); use the engine tensorrt or torch" in on_hopper.reason


@pytest.mark.skipif(
    importlib.util.find_spec("tensorrt") is not None, reason="TensorRT is installed"
)
def test_a_library_that_is_not_there_is_told_with_the_command() -> None:
    with pytest.raises(UnsupportedError, match="pip install tensorrt-cu13"):
        library_version("tensorrt")


def test_a_library_that_does_not_load_is_told_with_the_command(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "tensorrt.py").write_text("raise ImportError('libnvinfer.so.11: cannot open')\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "tensorrt", raising=False)
    with pytest.raises(UnsupportedError, match=r"does not load: libnvinfer\.so\.11.*reinstall"):
        library_version("tensorrt")
