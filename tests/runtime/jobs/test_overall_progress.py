import pytest

from mimo_runtime.jobs.overall_progress import OverallProgress
from mimo_runtime.jobs.spec import AssetInput, JobSpec
from mimo_runtime.wire.kinds import InputKind, JobTask, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Settings

PREPARING = ("people", "body", "fit", "draw", "layers", "write")
DRIVEN = (InputKind.CHARACTER, InputKind.DRIVING)
OF_TEMPLATE = (InputKind.CHARACTER, InputKind.MOTION, InputKind.SCENE)


def overall(task: JobTask, *kinds: InputKind) -> OverallProgress:
    inputs = tuple(AssetInput(kind, str(number)) for number, kind in enumerate(kinds))
    return OverallProgress(JobSpec(Settings(), OutputKind.VIDEO, MotionView(), inputs, task))


def told(progress: OverallProgress, *stages: str) -> list[int]:
    """Per cents while each stage goes from nothing to all of it."""
    return [progress.take(Progress(stage, done, 4)) for stage in stages for done in range(5)]


def test_a_driven_video_is_a_fifth_done_when_it_is_taken_apart() -> None:
    progress = overall(JobTask.VIDEO, *DRIVEN)
    preparing = told(progress, *PREPARING)
    making = told(progress, "boxes", "identity", "scene", "denoise", "frames")
    assert (preparing[0], preparing[-1], making[-1]) == (0, 19, 99)
    assert preparing + making == sorted(preparing + making)


def test_frames_that_leave_before_the_last_pass_do_not_count_for_all() -> None:
    progress = overall(JobTask.VIDEO, *OF_TEMPLATE)
    rows = [(stage, done) for done in range(1, 5) for stage in ("scene", "denoise", "frames")]
    seen = [progress.take(Progress(stage, done, 4)) for stage, done in rows]
    assert seen == sorted(seen)
    assert seen[2] == pytest.approx(24, abs=2)
    assert seen[-1] < 99  # its boxes were never told


def test_a_template_is_done_with_its_last_stage() -> None:
    seen = told(overall(JobTask.TEMPLATE, InputKind.DRIVING), *PREPARING)
    assert (seen[0], seen[-1]) == (0, 99)
    assert seen == sorted(seen)


def test_a_stage_that_begins_again_or_is_not_known_changes_nothing() -> None:
    progress = overall(JobTask.VIDEO, *DRIVEN)
    before = told(progress, *PREPARING, "denoise")[-1]
    assert told(progress, "denoise", "tomorrow's")[0] == before
    assert progress.take(Progress("people", 0, 0)) == before
