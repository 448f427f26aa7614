import shutil
from pathlib import Path

import pytest

import mimo_kernels
from mimo_export.plan_builder.kernels import kernels_digest, latents_launches
from mimo_runtime.bundle import Bundle
from tests.kernels.processes import python

NAMES = {
    "gather_latents",
    "accumulate_1",
    "accumulate_2",
    "solver_step_1",
    "solver_step_2",
    "increment_step",
}
COMPILE = """
import sys
from pathlib import Path
from mimo_export.plan_builder.kernels import compile_kernels
from mimo_runtime.bundle import Bundle
bundle, folder = Bundle.open(Path(sys.argv[1])), Path(sys.argv[2])
for arch, count in (("sm_90", 6), ("sm_121", 6), ("sm_75", 0)):
    (folder / arch).mkdir()
    made = compile_kernels(bundle, arch, folder / arch)
    assert len(made) == count, (arch, made)
    for kernel in made:
        text = (folder / arch / kernel.file).read_text()
        assert f".entry {kernel.entry}" in text
        assert text.count(f"{kernel.entry}_param_") >= len(kernel.arguments)
        assert ".target sm_90" in text or arch == "sm_121" and ".target sm_80" in text
        assert kernel.shared_bytes <= 48 << 10
"""


def test_there_is_a_kernel_for_all_that_happens_between_passes(small_bundle: Path) -> None:
    launches = dict(latents_launches(Bundle.open(small_bundle)))
    assert set(launches) == NAMES
    assert {launch.constants.get("size") for launch in launches.values()} == {1024, None}
    assert launches["accumulate_2"].constants["rows"] == 16
    assert launches["solver_step_2"].constants["branches"] == 2


def test_the_digest_is_of_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kernels_digest()
    assert len(before) == 64
    copy = tmp_path / "kernels"
    shutil.copytree(mimo_kernels.__path__[0], copy)
    monkeypatch.setattr(mimo_kernels, "__path__", [str(copy)])
    assert kernels_digest() == before
    with (copy / "launch.py").open("a") as source:
        source.write("\n")
    assert kernels_digest() != before


def test_kernels_are_compiled_for_the_gpu_or_portably(small_bundle: Path, tmp_path: Path) -> None:
    pytest.importorskip("triton", reason="Triton is not installed")
    script = tmp_path / "compile.py"
    script.write_text(COMPILE)
    done = python(str(script), str(small_bundle), str(tmp_path), cache=tmp_path / "triton")
    assert done.returncode == 0, done.stdout + done.stderr
