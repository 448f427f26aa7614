"""The rows of the comparison of solvers, and that the painter paints."""

import numpy as np
import pytest
import torch

from benchmarks.solvers import FRAMES, MODES, STEPS, Comparison, Painter
from mimo_runtime import sample
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.wire.settings import Mode, Settings
from mimo_runtime.wire.solver import Solver
from mimo_training.batches import Batch


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(EngineSet(OrtBackend(Bundle.open(sample.BUNDLE), threads=1)))


def test_every_mode_with_every_number_of_steps(painter: Painter) -> None:
    rows = list(Comparison().rows())
    assert len(rows) == len(MODES) * len(STEPS)
    resolved = [painter.settings(asked) for _, asked in rows]
    assert {each.guidance for each in resolved} == {1.0}  # what the bundle was made for
    assert painter.settings(Comparison().settled).solver is Solver.DPMPP_2M
    assert painter.engines.bundle.manifest.frames < FRAMES


def test_frames_are_painted_over_their_plates(painter: Painter) -> None:
    """Of a batch where nobody is: three frames, in one step."""
    draw = np.random.default_rng(1)
    plate = torch.from_numpy(draw.random((3, 3, 192, 192), np.float32))
    nobody = torch.zeros(3, 12, 192, 192)
    white, own = torch.ones(1, 3, 192, 192), torch.zeros(1, 12, 192, 192)
    layer = torch.zeros(3, 4, 192, 192)
    batch = Batch(white, layer[:1], own, nobody, layer, layer[:, :1], plate)
    settings = painter.settings(Settings(steps=1, mode=Mode.CORRECTED))
    identity = painter.identity(batch, settings)
    frames = painter.frames(batch, painter.conditions(batch), identity, settings)
    assert frames.shape == plate.shape
    assert (frames - plate).abs().mean() < 0.2
