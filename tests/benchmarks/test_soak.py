"""What a soak judges: a line through what was counted, after the warm-up."""

import pytest

from benchmarks.soak import slope

TIMES_S = [float(second) for second in range(600)]


@pytest.mark.parametrize(
    ("values", "is_flat"),
    [
        ([100.0] * 600, True),
        ([100 + second / 60 for second in range(600)], False),  # 60 an hour
        ([100 + second / 600 for second in range(600)], True),  # 6 an hour, less than 16
        ([100 + 20 * (second % 2) + second / 60 for second in range(600)], True),  # less than noise
        ([100 + min(second, 100) for second in range(600)], True),  # the warm-up is not judged
        ([100 - second for second in range(600)], True),
    ],
)
def test_only_what_rises_beyond_its_bound_and_its_scatter_is_not_flat(
    values: list[float], is_flat: bool
) -> None:
    found = slope(TIMES_S, values, most_per_hour=16)
    assert found.is_flat is is_flat
    assert found.last == pytest.approx(values[-1], abs=0.01)
