"""Who is in front."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.depth_order import (
    GEOMETRY,
    NETWORK,
    NOTHING,
    DepthCues,
    nearer_log_odds,
    order_of,
)
from tests.runtime.analysis.examples import few

SHARE = st.one_of(st.none(), st.floats(0, 1))
CUES = st.builds(DepthCues, SHARE, st.one_of(st.none(), st.floats(10, 900)), SHARE)


def test_a_network_decides_where_it_has_looked() -> None:
    far_by_size = DepthCues(inverse_depth=0.9, px_per_m=100, ground_contact_row=0.5)
    near_by_size = DepthCues(inverse_depth=0.2, px_per_m=300, ground_contact_row=0.9)
    found = order_of([near_by_size, far_by_size])
    assert (found.order, found.source) == ((1, 0), NETWORK)
    assert "that of the depth network" in found.sentence


def test_without_one_larger_and_lower_is_nearer_and_it_says_so() -> None:
    cues = [DepthCues(None, 100, 0.6), DepthCues(None, 200, 0.9), DepthCues(None, 140, 0.7)]
    found = order_of(cues)
    assert (found.order, found.source) == ((1, 2, 0), GEOMETRY)
    assert "without a depth network" in found.sentence
    assert min(found.confidence) > 0.9


def test_cues_that_disagree_leave_it_open() -> None:
    agree = order_of([DepthCues(None, 200, 0.9), DepthCues(None, 150, 0.8)])
    differ = order_of([DepthCues(None, 200, 0.8), DepthCues(None, 150, 0.9)])
    assert differ.confidence[0] < 0.5 < agree.confidence[0]


def test_nothing_known_is_the_order_given_with_no_confidence() -> None:
    found = order_of([DepthCues(), DepthCues(), DepthCues(ground_contact_row=0.4)])
    assert (found.order, found.confidence, found.source) == ((0, 1, 2), (0, 0), NOTHING)


@pytest.mark.parametrize("count", [0, 1])
def test_one_layer_or_none(count: int) -> None:
    found = order_of([DepthCues(None, 100, 0.5)] * count)
    assert found.order == tuple(range(count))
    assert found.confidence == ()


@few
@given(CUES, CUES)
def test_the_two_sides_of_a_comparison_agree(one: DepthCues, other: DepthCues) -> None:
    assert nearer_log_odds(one, other) == -nearer_log_odds(other, one)
    assert nearer_log_odds(one, one) == 0


@few
@given(st.lists(CUES, max_size=5))
def test_everybody_is_in_the_order_once(cues: list[DepthCues]) -> None:
    found = order_of(cues)
    assert sorted(found.order) == list(range(len(cues)))
    assert all(0 <= sure <= 1 for sure in found.confidence)
