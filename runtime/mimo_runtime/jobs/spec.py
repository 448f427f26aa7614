"""What a job is to make: settings and the assets that are its inputs, as plain data."""

import json
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import asdict, dataclass, replace
from typing import Any

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.sessions.preparation import check_ways
from mimo_runtime.sessions.spool import check_character
from mimo_runtime.wire.kinds import InputKind, JobTask, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.settings import Settings


@dataclass(frozen=True, slots=True)
class AssetInput:
    """An asset and which input it is; `name` as in `sessions.spool.Spool.append`."""

    kind: InputKind
    sha256: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What one job is to make; a preparation uses `view` alone of the settings.

    Raises:
        InvalidRequestError: inputs are missing, or do not go together.
    """

    settings: Settings
    kind: OutputKind
    view: MotionView
    inputs: tuple[AssetInput, ...]
    task: JobTask = JobTask.VIDEO

    def __post_init__(self) -> None:
        _CHECKS[self.task]({each.kind for each in self.inputs})

    def digests(self) -> set[str]:
        """SHA-256 of every asset that it needs."""
        return {each.sha256 for each in self.inputs}

    def with_names(self, names: Mapping[str, str]) -> "JobSpec":
        """The same, with motion files called as their assets are where they have no name."""
        inputs = tuple(
            replace(each, name=names[each.sha256])
            if each.kind is InputKind.MOTION_FILE and not each.name
            else each
            for each in self.inputs
        )
        return replace(self, inputs=inputs)

    def to_json(self) -> str:
        """As text, equal for equal specs."""
        values = {
            "settings": asdict(self.settings),
            "kind": self.kind.value,
            "task": self.task.value,
            "view": asdict(self.view),
            "inputs": sorted([each.kind.name, each.sha256, each.name] for each in self.inputs),
        }
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "JobSpec":
        """The spec of a text that `to_json` gave."""
        values: dict[str, Any] = json.loads(text)
        inputs: Iterable[tuple[str, str, str]] = values["inputs"]
        return cls(
            Settings(**values["settings"]),
            OutputKind(values["kind"]),
            MotionView(**values["view"]),
            tuple(AssetInput(InputKind[kind], sha256, name) for kind, sha256, name in inputs),
            JobTask(values.get("task", JobTask.VIDEO.value)),  # of before there were others
        )


def _check_video(kinds: Set[InputKind]) -> None:
    if InputKind.CHARACTER not in kinds:
        raise InvalidRequestError("No picture of the character was named; name one.")
    of_character = {kind for kind in kinds if kind.is_of_character}
    if kinds <= of_character | {InputKind.CHARACTER, InputKind.MATTE, InputKind.FEATHER_MASK}:
        raise InvalidRequestError(
            "Nothing was named that drives the character; name a driving video, a motion file "
            "and a scene, or the files of a template."
        )
    check_ways(kinds)
    check_character(kinds)


def _check_template(kinds: Set[InputKind]) -> None:
    if not kinds & {InputKind.DRIVING, InputKind.MOTION_FILE} or kinds & _CHARACTER:
        raise InvalidRequestError(
            "A template is made of a driving video, or of a motion file and a scene; name those "
            "alone."
        )
    check_ways(kinds)


def _check_character(kinds: Set[InputKind]) -> None:
    if InputKind.CHARACTER not in kinds or kinds - _CHARACTER:
        raise InvalidRequestError(
            "A character is prepared of its picture, and a matte if there is one; name those alone."
        )


_CHARACTER = {InputKind.CHARACTER, InputKind.MATTE}
_CHECKS: Mapping[JobTask, Callable[[Set[InputKind]], None]] = {
    JobTask.VIDEO: _check_video,
    JobTask.TEMPLATE: _check_template,
    JobTask.CHARACTER: _check_character,
}
