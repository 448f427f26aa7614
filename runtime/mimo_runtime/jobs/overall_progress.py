"""How far a job is as a whole, of what its stages tell one by one."""

from collections.abc import Mapping
from typing import Final

from mimo_runtime.decomposition.progress import BODY, DRAW, FIT, LAYERS, PEOPLE, WRITE
from mimo_runtime.jobs.spec import JobSpec
from mimo_runtime.wire.kinds import InputKind, JobTask
from mimo_runtime.wire.progress import Progress, Stage

# In per cent. Preparing: the time that benchmarks.decompose_speed measured. Making: chosen
# for a GPU, where the passes of the denoiser are nearly all.
_PREPARING: Final = {PEOPLE: 16, BODY: 20, FIT: 2, DRAW: 10, LAYERS: 47, WRITE: 5}
_MAKING: Final = {
    Stage.BOXES: 2, Stage.IDENTITY: 3, Stage.SCENE: 5, Stage.DENOISE: 70, Stage.FRAMES: 20,
}  # fmt: skip
_PREPARED_SHARE: Final = 0.2  # of a video that is taken apart first


class OverallProgress:
    """Per cents of one attempt of a job, which never fall.

    Stages of a preparation follow each other; those of frames go on side by side.
    """

    def __init__(self, spec: JobSpec) -> None:
        kinds = {each.kind for each in spec.inputs}
        begins = kinds & {InputKind.DRIVING, InputKind.MOTION_FILE}
        self._prepared_share = _PREPARED_SHARE if begins else 0.0
        if spec.task is not JobTask.VIDEO:
            self._prepared_share = 1.0
        self._prepared = 0.0
        self._made: dict[str, float] = {}

    def take(self, progress: Progress) -> int:
        """How far all of it is once a stage has told this, 0 to 99."""
        share = progress.done / max(progress.total, 1)
        if progress.stage in _PREPARING:
            self._prepared = max(self._prepared, _through(_PREPARING, progress.stage, share))
        elif progress.stage in _MAKING:
            self._prepared = 1.0
            self._made[progress.stage] = max(self._made.get(progress.stage, 0.0), share)
        made = sum(_MAKING[Stage(stage)] * part for stage, part in self._made.items()) / 100
        return int(99 * (self._prepared_share * self._prepared + (1 - self._prepared_share) * made))


def _through(weights: Mapping[str, int], stage: str, share: float) -> float:
    """What is done of stages in a row, of which one is done to a `share`."""
    before = list(weights)[: list(weights).index(stage)]
    return (sum(weights[each] for each in before) + weights[stage] * share) / 100
