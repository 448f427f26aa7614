"""What goes on frames: nothing unless asked for, a mark that names the recipe, a label."""

from pathlib import Path

import numpy as np

from mimo_runtime.provenance.mark import MarkReader
from mimo_runtime.provenance.marking import Marking, payload_of
from mimo_runtime.provenance.options import ProvenanceOptions
from tests.runtime.provenance.people import RECIPE


def test_nothing_unless_it_is_asked_for() -> None:
    frame = np.full((64, 96, 3), 90, np.uint8)
    stamp = Marking(ProvenanceOptions(unsigned=True)).stamp(RECIPE, 96, 64)
    assert stamp.on(frame) is frame


def test_a_label_is_seen_and_leaves_the_rest(tmp_path: Path) -> None:
    for width_px, height_px in ((640, 360), (64, 64), (40, 200)):
        frame = np.full((height_px, width_px, 3), 90, np.uint8)
        options = ProvenanceOptions(unsigned=True, label="AI generated")
        drawn = Marking(options).stamp(RECIPE, width_px, height_px).on(frame)
        assert (frame == 90).all()
        changed = (drawn != 90).any(2)
        assert changed.any()
        assert not changed[: height_px // 2].any()


def test_a_mark_names_the_recipe_under_a_label_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a secret that nobody knows")
    options = ProvenanceOptions(unsigned=True, mark_key=tmp_path / "key", label="AI")
    stamp = Marking(options).stamp(RECIPE, 320, 240)
    reader = MarkReader(b"a secret that nobody knows", 320, 240)
    reader.take(stamp.on(np.full((240, 320, 3), 90, np.uint8))[..., 1])
    assert reader.finding().is_sure
    assert reader.finding().payload == payload_of(RECIPE) == int(RECIPE.digest[:8], 16)
