"""Who is in front."""

from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.depth_order import DepthCues, nearer_log_odds
from tests.runtime.analysis.examples import few

SHARE = st.one_of(st.none(), st.floats(0, 1))
CUES = st.builds(DepthCues, SHARE, st.one_of(st.none(), st.floats(10, 900)), SHARE)


def test_a_network_decides_where_it_has_looked() -> None:
    far_by_size = DepthCues(inverse_depth=0.9, px_per_m=100, ground_contact_row=0.5)
    near_by_size = DepthCues(inverse_depth=0.2, px_per_m=300, ground_contact_row=0.9)
    assert nearer_log_odds(far_by_size, near_by_size) > 3


def test_without_one_larger_and_lower_is_nearer() -> None:
    near, middle, far = (
        DepthCues(None, 200, 0.9),
        DepthCues(None, 140, 0.7),
        DepthCues(None, 90, 0.6),
    )
    assert nearer_log_odds(near, middle) > 3
    assert nearer_log_odds(middle, far) > 3


def test_cues_that_disagree_leave_it_open() -> None:
    agree = nearer_log_odds(DepthCues(None, 200, 0.9), DepthCues(None, 150, 0.8))
    differ = nearer_log_odds(DepthCues(None, 200, 0.8), DepthCues(None, 150, 0.9))
    assert abs(differ) < 0.5 < agree


def test_nothing_known_says_nothing() -> None:
    assert nearer_log_odds(DepthCues(), DepthCues(ground_contact_row=0.4)) == 0


@few
@given(CUES, CUES)
def test_the_two_sides_of_a_comparison_agree(one: DepthCues, other: DepthCues) -> None:
    assert nearer_log_odds(one, other) == -nearer_log_odds(other, one)
    assert nearer_log_odds(one, one) == 0
