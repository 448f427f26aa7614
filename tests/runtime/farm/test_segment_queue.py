"""What becomes of segments, whoever renders them and however that ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import BundleError, MimoError, ResourceError
from mimo_runtime.farm.segment_queue import RETRIES, SegmentQueue

SEGMENTS = ("1-12", "13-24", "25-36")
ENDS = st.lists(st.sampled_from([0, 0, 0, 1, 5, 75, "lost"]), min_size=1, max_size=60)


@given(ENDS, st.integers(1, 3))
def test_each_is_done_once_however_workers_end(ends: list[int | str], workers: int) -> None:
    queue, at_work, done = SegmentQueue(SEGMENTS), [], []
    for end in [*ends, *[0] * 10]:
        while len(at_work) < workers and (segment := queue.take()) is not None:
            assert segment not in (*at_work, *done)
            at_work.append(segment)
        if queue.is_complete:
            break
        segment = at_work.pop(0)
        try:
            if end == "lost":
                queue.lost(segment, "It was lost.")
            else:
                queue.ended(segment, int(end), "")
                done += [segment] if end == 0 else []
        except ResourceError:
            assert sum(each in (1, 5, "lost") for each in ends) > RETRIES
            return
    assert queue.is_complete
    assert sorted(done) == sorted(SEGMENTS)
    assert queue.done == len(SEGMENTS)


def test_one_that_cannot_be_rendered_ends_it_with_its_own_sentence() -> None:
    queue = SegmentQueue(SEGMENTS)
    segment = queue.take()
    assert segment is not None
    with pytest.raises(BundleError, match=r"frames 1-12 cannot be rendered: The bundle is gone\.$"):
        queue.ended(segment, BundleError.exit_code, "a warning\nError: The bundle is gone.\n")


def test_being_told_to_end_counts_as_no_failure() -> None:
    queue = SegmentQueue(SEGMENTS[:1])
    for _ in range(RETRIES + 5):
        segment = queue.take()
        assert segment is not None
        queue.ended(segment, 75, "Error: The scheduler has ended this process.")
    for _ in range(RETRIES):
        queue.lost(str(queue.take()), "It was lost.")
    with pytest.raises(MimoError, match=r"the last time so: It was lost\. Mend"):
        queue.lost(str(queue.take()), "It was lost.")
