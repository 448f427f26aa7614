"""Colours are read off pictures, and the comparison tells good from bad."""

import numpy as np

from benchmarks.palette import Samples, measure, table


def test_a_good_fit_finds_better_colours_than_a_bad_one() -> None:
    good, bad = (measure(deg, m, ("walk",), 6) for deg, m in ((0.0, 0.0), (30.0, 0.1)))
    assert good.seen > 0.2
    assert good.mean_levels < 0.7 * bad.mean_levels
    assert f"**{good.mean_levels:.0f}**" in table([good])


def test_samples_are_medians_of_what_was_seen() -> None:
    samples = Samples(3, np.random.default_rng(0))
    for level in range(200):
        samples.add(np.array([0, 2]), np.full((2, 3), level, np.uint8))
    samples.add(np.array([1]), np.zeros((1, 3), np.uint8))
    found = samples.medians()
    assert 60 < found[0, 0] < 140
    assert np.isnan(found[1]).all()
