"""The steps of the official size, how they are measured, and the table of them."""

import json
import sys
from pathlib import Path

from benchmarks.official_size import ENGINES, SHAPES, in_order
from benchmarks.official_size_report import official_size
from benchmarks.official_size_steps import steps, window_ends
from benchmarks.process_memory import run_sampled
from mimo_runtime.bundle import Shape, shape_from

HELD_BYTES = 150 << 20
WAITS = f"held = bytearray({HELD_BYTES}); print('Serving on', flush=True); input()"


def test_a_server_is_measured_until_it_listens_and_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"import time; {WAITS.replace('input()', 'time.sleep(600)')}"]
    taken = run_sampled(command, tmp_path / "log", until="Serving on")
    assert taken.exit_code != 0  # by the signal
    assert "KeyboardInterrupt" in (tmp_path / "log").read_text()
    assert HELD_BYTES < taken.anonymous_bytes <= taken.resident_bytes
    assert taken.cpu_s > 0


def test_every_step_has_a_title_of_its_own(tmp_path: Path) -> None:
    shapes = [shape for text in SHAPES if isinstance(shape := shape_from(text), Shape)]
    found = list(steps(tmp_path, shapes, ENGINES))
    assert len({step.title for step in found}) == len(found)
    export = next(step for step in found if step.title.count("--size") == 2)
    assert export.command.count("--size") == 2
    assert export.command.count("--frames") == 3
    assert sum("one pass of denoiser" in step.title for step in found) == len(ENGINES) * len(SHAPES)


def test_what_is_made_of_passes_is_measured_at_the_ends_of_each_size() -> None:
    shapes = [Shape(512, 512, 24), Shape(512, 512, 8), Shape(512, 512, 2), Shape(784, 784, 2)]
    assert window_ends(shapes) == [shapes[0], shapes[2], shapes[3]]


def test_steps_stand_in_the_order_of_work_and_none_is_forgotten() -> None:
    kept = {"serve": {"kind": "serve"}, "of another shape": {}, "export": {}}
    assert list(in_order(kept, ["export", "build", "serve"])) == [
        "export", "serve", "of another shape",
    ]  # fmt: skip


def test_what_was_measured_becomes_a_table(tmp_path: Path) -> None:
    step = {
        "kind": "pass", "exit_code": 0, "wall_s": 12.4, "cpu_s": 20.6, "anonymous_bytes": 3e9,
        "resident_bytes": 8e9, "foreseen_bytes": 3.3e9, "before_bytes": 2e8,
    }  # fmt: skip
    content = {"command": "c", "date": "d", "machine": "m", "cores": 2, "steps": {"one": step}}
    (tmp_path / "r.json").write_text(json.dumps(content))
    assert "| one | yes | 21 | 12 | 3 | 0.2 | 8 | 3.3 |" in "\n".join(
        official_size(tmp_path / "r.json")
    )
    assert list(official_size(tmp_path / "none.json")) == []
