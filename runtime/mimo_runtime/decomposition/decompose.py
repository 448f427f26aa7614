"""A driving video becomes a template: all stages, in order, each done once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mimo_runtime
from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_runtime.analysis.model_config import facts_of, read_models, shipped_models
from mimo_runtime.decomposition import progress as stages
from mimo_runtime.decomposition.bodies import find_bodies
from mimo_runtime.decomposition.choice import Selection, choose
from mimo_runtime.decomposition.clip import SHORT_SIDE_PX, DrivingClip, open_driving
from mimo_runtime.decomposition.drawing import draw
from mimo_runtime.decomposition.layering import separate_layers
from mimo_runtime.decomposition.people import PeopleRecord, find_people, read_people
from mimo_runtime.decomposition.postures import fit_body
from mimo_runtime.decomposition.progress import OnFrame, OnProgress
from mimo_runtime.decomposition.report import Report, report_of
from mimo_runtime.decomposition.stage_cache import (
    StageCache,
    cache_folder,
    key_of,
    open_stage_cache,
)
from mimo_runtime.decomposition.writing import REPORT_FILE, write_source, write_template
from mimo_runtime.errors import MediaError
from mimo_runtime.files import file_hash
from mimo_runtime.templates.writer import check_target
from mimo_runtime.wire.poses import EXTRAS

FORMAT = 6
"""Of stages: raised when one of them finds something else than before."""


@dataclass(frozen=True, slots=True)
class DecomposeOptions:
    """How a video is to be decomposed.

    `models`: JSON file of the user's networks; `person` and `shot`: numbers, None for the main
    ones; `short_side_px`: larger videos are reduced to it; `tiles`: 1, 2 or 4; `threads`: of each
    network of the user's, 0 for one per core.
    """

    models: Path | None = None
    person: int | None = None
    shot: int | None = None
    short_side_px: int = SHORT_SIDE_PX
    tiles: int = 1
    threads: int = 0


def decompose(
    video: Path, target: Path, options: DecomposeOptions, on_progress: OnProgress
) -> Report | None:
    """Write the template folder `target`; None where it is there already, made of the same.

    Beside the target lies a work folder with what finished stages have found. It goes when the
    template is whole or the video cannot be decomposed; after an interruption, a full disk or the
    number of a person who is not there, the next call goes on from it.

    Raises:
        MediaError: the video is damaged, or nobody is in it.
        InvalidRequestError: an option that does not fit, or a target that cannot be written.
        LimitExceededError, ResourceError: it is too large for this machine.
        BusyError: another process is at it.
    """
    clip = open_driving(video, options.short_side_px)
    check_target(target)
    base_key = _base_key(video, options)
    key = key_of(base_key, options.person, options.shot)
    if is_made_of(target, key):
        return None
    target = target.resolve()
    with open_stage_cache(cache_folder(target)) as work:
        try:
            report = _Run(clip, options, base_key, key, work, on_progress).run(target)
        except MediaError:
            work.remove()
            raise
        work.remove()
    return report


def is_made_of(target: Path, key: str) -> bool:
    """Whether `target` is a template that was decomposed from what `key` stands for."""
    try:
        content = json.loads((target / EXTRAS / REPORT_FILE).read_bytes())
        return bool(content["key"] == key)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _base_key(video: Path, options: DecomposeOptions) -> str:
    """Of all that every stage depends on: not on who is chosen, which the first one does not."""
    choices = shipped_models() if options.models is None else read_models(options.models)
    return key_of(
        FORMAT, mimo_runtime.__version__, file_hash(video), facts_of(choices),
        options.short_side_px, options.tiles,
    )  # fmt: skip


@dataclass(slots=True)
class _Run:
    clip: DrivingClip
    options: DecomposeOptions
    base_key: str
    key: str
    work: StageCache
    on_progress: OnProgress
    _estimators: Estimators | None = None

    def run(self, target: Path) -> Report:
        who = self._people()
        people = read_people(who, float(self.clip.rate_fps))
        choice = choose(people, self.clip.size_px, self.options.person, self.options.shot)
        part = self.clip.part(choice.first, choice.last)
        folders = self._stages(part, people, choice)
        report = partial(report_of, self.key, part, people, choice, folders, self.work.records)
        return write_template(target, part, choice, people, folders, report)

    def _people(self) -> Path:
        """The stage that looks at all of the video; it does not depend on who is chosen."""
        key = key_of(self.base_key, stages.PEOPLE)
        return self.work.stage(
            stages.PEOPLE, key, self.clip.frame_count,
            lambda folder: find_people(
                self.clip, self._opened(), folder, self._teller(stages.PEOPLE)
            ),
        )  # fmt: skip

    def _stages(
        self, part: DrivingClip, people: PeopleRecord, choice: Selection
    ) -> dict[str, Path]:
        first, number = choice.first, choice.person.number
        base = key_of(self.base_key, number, first, choice.last)
        folders: dict[str, Path] = {}

        def stage(name: str, action: Callable[[Path, OnFrame], None]) -> None:
            tell = self._teller(name)
            folders[name] = self.work.stage(
                name, key_of(base, name), part.frame_count, lambda folder: action(folder, tell)
            )
            tell(part.frame_count, part.frame_count)

        stage(stages.BODY, lambda folder, tell: find_bodies(
            part, people, number, first, self._opened(), folder, tell))  # fmt: skip
        stage(stages.FIT, lambda folder, _: fit_body(part, folders[stages.BODY], folder))
        stage(stages.DRAW, lambda folder, tell: draw(folders[stages.FIT], folder, tell))
        stage(stages.LAYERS, lambda folder, tell: separate_layers(
            part, folders[stages.BODY], folders[stages.DRAW], folder, tell))  # fmt: skip
        stage(stages.WRITE, lambda folder, tell: write_source(part, folder, tell))
        return folders

    def _opened(self) -> Estimators:
        if self._estimators is None:
            self._estimators = open_estimators(
                self.options.models, threads=self.options.threads, tiles=self.options.tiles
            )
        return self._estimators

    def _teller(self, name: str) -> OnFrame:
        return lambda done, total: self.on_progress(name, done, total)
