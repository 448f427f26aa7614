"""The GPU script runs from end to end on tiny sizes, and judges what it finds."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.gpu import BUDGETS_S, main
from benchmarks.gpu_parts.aims import aims
from benchmarks.gpu_parts.chips import Rates
from benchmarks.gpu_parts.clock import Deadline, Pace, sets_for_cold_cache, time_ms
from benchmarks.gpu_parts.floors import reference_work, temporal_work
from benchmarks.gpu_parts.modes import modes
from benchmarks.gpu_parts.other_networks import FAST
from benchmarks.gpu_parts.passes import ALL, OFFICIAL, UNGUIDED
from benchmarks.gpu_parts.report import Section
from benchmarks.gpu_parts.sizes import OFFICIAL_SIZES
from mimo_networks.unet import UNet
from mimo_torch.switches import names

ROOT = Path(__file__).parents[2]
MODULES = "import sys, benchmarks.gpu; print(*sorted(sys.modules))"


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result file of `python -m benchmarks.gpu --smoke`."""
    path = tmp_path_factory.mktemp("smoke") / "gpu.json"
    search = os.pathsep.join(str(ROOT / room) for room in (".", "export", "kernels", "runtime"))
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu", "--smoke", "--json", path],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": search, "TRITON_INTERPRET": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "5 of 5 aims were not measured." in run.stdout
    found: dict[str, Any] = json.loads(path.read_text())
    assert found["smoke"]
    for name, section in found["sections"].items():
        assert not [note for note in section["notes"] if "failed" in note], (name, run.stderr)
    return found


def test_every_kernel_is_right(smoke: dict[str, Any]) -> None:
    rows = smoke["sections"]["correctness"]["rows"]
    assert {row["kernel"] for row in rows} == {
        "solver_step", "reference", "temporal", "temporal with positions",
    }  # fmt: skip
    assert all(row["ok"] for row in rows), rows


def test_every_tactic_and_backend_has_its_turn(smoke: dict[str, Any]) -> None:
    section = smoke["sections"]["attention"]
    versions = {row["version"].split(":")[0] for row in section["rows"]}
    assert {"ours 0", "sdpa math"} <= versions
    assert any("sdpa cudnn does not run" in note for note in section["notes"])
    assert all(row["ms"] > 0 for row in section["rows"])


def test_the_waterfall_has_every_switch(smoke: dict[str, Any]) -> None:
    rows = [row for row in smoke["sections"]["passes"]["rows"] if row["px"] == 40]
    assert [row["version"] for row in rows] == [OFFICIAL, *names()[:-1], UNGUIDED]
    assert all(row["error"] < 1e-5 for row in rows[:-1])
    assert max(row["change"] for row in rows[1:-1]) > 0


def test_what_needs_a_gpu_says_so(smoke: dict[str, Any]) -> None:
    for name in ("compilation", "ceilings", "artefacts", "passes", "networks", "compiled"):
        notes = smoke["sections"][name]["notes"]
        assert any("needs a GPU" in n or "need a GPU" in n for n in notes), name


def test_sections_are_those_with_a_budget(smoke: dict[str, Any]) -> None:
    assert list(smoke["sections"]) == [*BUDGETS_S, "modes", "aims"]
    assert sum(BUDGETS_S.values()) < 700
    assert smoke["facts"]["chip"] == "CPU"
    assert "floor" in smoke["formulas"]


def test_without_a_gpu_it_says_what_to_do() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(SystemExit, match="finds no GPU; use --smoke"):
        main([])


def test_importing_it_loads_nothing_heavy() -> None:
    run = subprocess.run(
        [sys.executable, "-c", MODULES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"torch", "triton", "numpy", "click"} & set(run.stdout.split())


def test_the_official_size_is_that_of_the_release() -> None:
    large, small = OFFICIAL_SIZES
    assert [level.side for level in large.levels] == [98, 49, 25, 13]
    assert [level.side for level in small.levels] == [64, 32, 16, 8]
    assert [level.head_size for level in large.levels] == [40, 80, 160, 160]
    with torch.device("meta"):
        net = UNet(large.unet, large.motion, 8)
    sd15, background, animatediff = 859_520_964, 4 * 320 * 9, 453_209_280
    count = sum(parameter.numel() for parameter in net.parameters())
    assert count == sd15 + background + animatediff


def test_floors_by_hand() -> None:
    level = OFFICIAL_SIZES[0].levels[0]
    work = reference_work(level, rows=48, unconditional_rows=24)
    assert work.exps == 8 * 9604 * (48 + 24) * 9604
    assert work.flop == 4 * 40 * work.exps
    assert work.bytes == 2 * (4 * 48 * 9604 * 320 + 2 * 9604 * 320)
    assert work.floor_ms(Rates(1e15, 4e12, 1e12)) == pytest.approx(work.exps / 1e9)
    over_frames = temporal_work(level, branches=2, frames=24)
    assert over_frames.exps == 2 * 9604 * 8 * 24 * 24
    slow = Rates(1e18, 1e12, 1e18)
    assert over_frames.floor_ms(slow) == pytest.approx(over_frames.bytes / 1e9)


def test_small_inputs_take_turns() -> None:
    assert sets_for_cold_cache(10, torch.device("cpu")) == 1
    gpu = torch.device("cuda")
    assert sets_for_cold_cache(1 << 30, gpu) == 1
    assert sets_for_cold_cache(60 << 20, gpu) == 5


def test_runs_take_turns_and_a_deadline_ends() -> None:
    turns: list[int] = []
    runs = [lambda: turns.append(0), lambda: turns.append(1)]
    assert time_ms(runs, torch.device("cpu"), Pace(0.0, 4)) >= 0
    assert turns == [0, 1, 0, 1, 0, 1]
    assert Deadline(0).over
    assert Deadline(1000).within(5).left_s <= 5


def test_aims_are_judged_by_the_best_tactic_and_the_best_backend() -> None:
    def attention(version: str, ms: float) -> dict[str, Any]:
        about = {"px": 784, "level": 0, "kernel": "reference", "version": version}
        return about | {"ms": ms, "of_floor": 8 / ms}

    measured = Section("")
    measured.rows += [attention("ours 0: a", 20.0), attention("ours 1: b", 10.0)]
    measured.rows += [attention("sdpa flash", 30.0), attention("sdpa cudnn", 14.0)]
    steps = Section("")
    for px, official, ours, unguided in ((784, 1000.0, 500.0, 250.0), (512, 400.0, 100.0, 50.0)):
        steps.rows += [
            {"px": px, "version": OFFICIAL, "ms": official, "error": 1e-3},
            {"px": px, "version": ALL, "ms": ours, "error": 3e-3},
            {"px": px, "version": UNGUIDED, "ms": unguided},
        ]
    others = Section("")
    for name, ms in (("vae_encoder", 1.0), ("condition", 0.5), ("vae_decoder", 2.0)):
        others.rows.append({"px": 512, "network": name, "version": FAST, "ms": ms})
    found = modes(OFFICIAL_SIZES, steps, others)
    (live,) = [row for row in found.rows if row["mode"] == "8 steps, guidance on 3"]
    window_ms = 3 * 100 + 5 * 50 + 24 * 3.5
    assert live["frames_per_s"] == pytest.approx(24e3 / window_ms)
    assert live["first_frame_s"] == pytest.approx((window_ms - 23 * 2.0) / 1e3)
    rows = aims(measured, steps, found).rows
    assert [row["measured"] for row in rows[:3]] == [1.4, 0.8, 2.0]
    assert [row.get("met") for row in rows[:4]] == [False, True, False, True]
    assert rows[4]["measured"] == pytest.approx(3)
    assert not rows[4]["met"]
    assert rows[5]["measured"] == pytest.approx(244 / 500)
