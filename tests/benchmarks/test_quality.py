"""The quality of a layer model: untrained weights on two people."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from benchmarks.body_regions import REGIONS, region_db
from benchmarks.layer_measures import surface_change, true_frames
from benchmarks.quality import main
from mimo_networks.layer_model import LayerModelConfig
from mimo_synthetic.people.pool import PoolSpec, shards, write_shard
from mimo_training.batches import Batch, random_batch
from mimo_training.checkpoint import write_checkpoint
from mimo_training.model import TinyMimo

MOVING = ("planes", "human", "shadow", "plate")


@pytest.fixture
def pool_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    monkeypatch.setattr("mimo_synthetic.people.pool.SAMPLES_PER_SHARD", 1)
    spec = PoolSpec(size_px=64, clips=1, frames=3)
    write_shard(tmp_path, spec, 0, lambda: None)
    return random_batch(list(shards(tmp_path, spec)), 1, 3, np.random.default_rng(0))


def test_untrained_weights_keep_what_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimo_synthetic.people.pool.SAMPLES_PER_SHARD", 2)
    torch.manual_seed(0)
    weights = write_checkpoint(TinyMimo(LayerModelConfig()), tmp_path / "weights", {})
    report = tmp_path / "quality.json"
    arguments = [str(weights), "--shards", "1", "--size", "32", "--json", str(report)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "2 people, 8 frames of 32 px" in result.output
    figures = json.loads(report.read_text())
    assert figures["iou"] == pytest.approx(figures["iou_bare"], abs=0.2)
    assert figures["seen_db"] == pytest.approx(figures["seen_drawn_db"], abs=3)
    assert figures["redrawn_db"] == pytest.approx(figures["redrawn_drawn_db"], abs=3)
    assert figures["lit_drawn_db"] > figures["seen_drawn_db"]
    assert 0 < figures["change_drawn"] < 3
    assert "autoencoder" in result.output


def test_the_truth_is_its_own_measure(pool_batch: Batch) -> None:
    truth = true_frames(pool_batch)
    assert surface_change(truth, pool_batch) > 0
    still = truth[:1].expand_as(truth)
    frozen = replace(
        pool_batch,
        **{n: getattr(pool_batch, n)[:1].expand_as(getattr(pool_batch, n)) for n in MOVING},
    )
    assert surface_change(still, frozen) == 0


def test_a_region_is_told_what_is_wrong_in_it_alone(pool_batch: Batch) -> None:
    truth = true_frames(pool_batch)
    legs = pool_batch.planes[:, 1:2] < 0.45
    wrong = torch.where(legs, truth + 0.1, truth)
    found = region_db(wrong, truth, pool_batch)
    assert set(REGIONS) - set(found) <= {"face box"}  # they may turn away
    assert found["head"] == found["trunk"] == pytest.approx(90)  # of an error of nothing
    assert 20 <= found["legs"] < 25
    assert found["legs"] < found["whole crop"] < found["trunk"]
