"""The way from checkpoint to bundle: what is refused, what is told, what is left behind."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from mimo_export.draft import draft_of, terminated_as_interrupted
from mimo_export.exporter import bundle_from_checkpoint
from mimo_export.shapes import check_shapes
from mimo_networks.random_checkpoint import Sizes, write_random_checkpoint
from mimo_runtime.bundle import Shape
from mimo_runtime.errors import CheckpointError, InvalidRequestError, ResourceError
from tests.export.few_parts import PARTS, write_few_parts
from tests.export.golden_set import GoldenSet
from tests.golden import GOLDEN

WEIGHTS = GOLDEN / "weights"
SHAPE = Shape(56, 40, 24)


class StoppedError(Exception):
    """What a user's Ctrl-C stands for here."""


def test_progress_and_a_stop_in_the_middle(tmp_path: Path) -> None:
    told: list[str] = []
    done: list[int] = []

    def stop_at_the_third(doing: str, done_bytes: int, total_bytes: int) -> None:
        done.append(done_bytes)
        assert done_bytes <= total_bytes
        if doing not in told:
            told.append(doing)
        if doing == "writing vae_decoder":
            raise StoppedError

    with pytest.raises(StoppedError):
        bundle_from_checkpoint(WEIGHTS, tmp_path / "b", [SHAPE], on_progress=stop_at_the_third)
    assert told == [
        f"{stage} {part}"
        for part in ("image_encoder", "vae_encoder", "vae_decoder")
        for stage in ("tracing", "writing")
    ]
    assert done == sorted(done)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_is_removed_and_a_running_one_is_not(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from mimo_export.draft import draft_of
with draft_of(Path({str(tmp_path / "b")!r})) as draft:
    (draft / "weights.bin").write_bytes(bytes(100))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    killed = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path})
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert (left / "weights.bin").exists()
    with draft_of(tmp_path / "b") as running:
        assert not left.exists()
        with draft_of(tmp_path / "b") as second:
            assert running.exists()
            (second / "mine").touch()
        assert [path.name for path in (tmp_path / "b").iterdir()] == ["mine"]
        shutil.rmtree(tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_sigterm_cleans_up_like_ctrl_c(tmp_path: Path) -> None:
    def export() -> None:
        with terminated_as_interrupted(), draft_of(tmp_path / "b"):
            os.kill(os.getpid(), signal.SIGTERM)
            signal.sigtimedwait([], 5)  # the handler runs at the latest here

    with pytest.raises(KeyboardInterrupt):
        export()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_target_is_kept(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    for target in (tmp_path, tmp_path / "mine"):
        with pytest.raises(InvalidRequestError, match="exists already; name a new folder"):
            bundle_from_checkpoint(WEIGHTS, target, [SHAPE])
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_bad_checkpoint_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        bundle_from_checkpoint(tmp_path / "none", tmp_path / "b", [SHAPE])
    assert list(tmp_path.iterdir()) == []


class Disk(NamedTuple):
    free: int


def test_a_full_disk_is_seen_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(free=1_000_000))
    with pytest.raises(ResourceError, match=r"needs about 0\.\d\d GB and .* has 0\.00 GB free"):
        bundle_from_checkpoint(WEIGHTS, tmp_path / "b", [SHAPE])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Shape(57, 40, 8), "width is 57 px; give a multiple of 8"),
        (Shape(56, 8, 8), "height is 8 px; give a multiple of 8 from 16 on"),
        (Shape(-56, 40, 8), "width is -56 px"),
        (Shape(56, 40, 0), "frames is 0; give 1 or more"),
        (Shape(56, 40, 25), "frames is 25; this checkpoint has positions for 1 to 24 frames"),
    ],
)
def test_sizes_that_cannot_be(compact: GoldenSet, shape: Shape, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        check_shapes([shape], compact.checkpoint)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (Sizes(vae_channels=(8, 8, 16)), "VAE halves pictures 2 times"),
        (Sizes(pose_widths=(4, 8, 12)), "pose guider halves pictures 2 times"),
    ],
)
def test_networks_of_another_scale(tmp_path: Path, sizes: Sizes, words: str) -> None:
    write_random_checkpoint(tmp_path / "weights", sizes)
    with pytest.raises(InvalidRequestError, match=words):
        bundle_from_checkpoint(tmp_path / "weights", tmp_path / "b", [SHAPE])


def test_two_exports_are_the_same_to_the_byte(tmp_path: Path) -> None:
    """Also from another process, where sets and dictionaries are hashed differently."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    write_few_parts(here)
    path = os.pathsep.join(entry for entry in sys.path if entry)
    subprocess.run(
        [sys.executable, "-m", "tests.export.few_parts", str(there)],
        env=os.environ | {"PYTHONHASHSEED": "20", "PYTHONPATH": path},
        check=True,
    )
    assert {file.name for file in here.iterdir()} == {
        "weights.bin",
        *(f"{part}.onnx" for part in PARTS),
    }
    for file in here.iterdir():
        assert file.read_bytes() == (there / file.name).read_bytes(), file.name
