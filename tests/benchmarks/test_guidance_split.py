"""One branch alone beside a guided pass, on the small bundle."""

from benchmarks.guidance_split import SMALL_BUNDLE, branches_apart


def test_one_branch_is_a_branch_of_the_guided_pass() -> None:
    found = branches_apart(SMALL_BUNDLE, runs=1)
    assert found["most_off"] < 1e-5
    assert found["two_passes_of_guided"] > 0
