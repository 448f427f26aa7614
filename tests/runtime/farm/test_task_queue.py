"""What becomes of the tasks of a shot, whoever does them and however that ends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import BundleError, MimoError, ResourceError
from mimo_runtime.farm.steps import ShotTask
from mimo_runtime.farm.task_queue import RETRIES, TaskQueue

SEGMENTS = tuple(
    ShotTask(f"The segment {frames}", "render", ("decompose", "character"), ("render", frames))
    for frames in ("1-12", "13-24", "25-36")
)
TASKS = (
    ShotTask("The step Decompose", "decompose", (), ("decompose",)),
    ShotTask("The step Character", "character", (), ("character",)),
    *SEGMENTS,
    ShotTask("The step Stitch", "stitch", ("render",), ("stitch",)),
)
ALONE = (replace(SEGMENTS[0], after=()),)
ENDS = st.lists(st.sampled_from([0, 0, 0, 1, 5, 75, "lost"]), min_size=1, max_size=60)


def taken(queue: TaskQueue) -> ShotTask:
    task = queue.take()
    assert task is not None
    return task


@given(ENDS, st.integers(1, 3))
def test_each_is_done_once_however_workers_end(ends: list[int | str], workers: int) -> None:
    queue, at_work, done = TaskQueue(TASKS), [], []
    for end in [*ends, *[0] * 10]:
        while len(at_work) < workers and (task := queue.take()) is not None:
            assert task not in (*at_work, *done)
            before = {each for each in TASKS if each.step in task.after}
            assert before <= set(done)
            at_work.append(task)
        if queue.is_complete:
            break
        task = at_work.pop(0)
        try:
            if end == "lost":
                queue.lost(task, "It was lost.")
            else:
                queue.ended(task, int(end), "")
                done += [task] if end == 0 else []
        except ResourceError:
            assert sum(each in (1, 5, "lost") for each in ends) > RETRIES
            return
    assert queue.is_complete
    assert set(done) == set(TASKS)
    assert queue.done == len(TASKS)


def test_one_that_cannot_be_rendered_ends_it_with_its_own_sentence() -> None:
    queue = TaskQueue(ALONE)
    task = taken(queue)
    with pytest.raises(
        BundleError, match=r"^The segment 1-12 cannot be made: The bundle is gone\.$"
    ):
        queue.ended(task, BundleError.exit_code, "a warning\nError: The bundle is gone.\n")


def test_being_told_to_end_counts_as_no_failure() -> None:
    queue = TaskQueue(ALONE)
    for _ in range(RETRIES + 5):
        task = taken(queue)
        queue.ended(task, 75, "Error: The scheduler has ended this process.")
    for _ in range(RETRIES):
        queue.lost(taken(queue), "It was lost.")
    with pytest.raises(MimoError, match=r"the last time so: It was lost\. Mend"):
        queue.lost(taken(queue), "It was lost.")
