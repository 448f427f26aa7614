"""The quality of a layer model: untrained weights on two people."""

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from benchmarks.quality import main
from mimo_networks.layer_model import LayerModelConfig
from mimo_training.checkpoint import write_checkpoint
from mimo_training.model import TinyMimo


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
