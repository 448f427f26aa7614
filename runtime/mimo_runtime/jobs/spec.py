"""What a job is to make: settings and the assets that are its inputs, as plain data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.sessions.preparation import check_ways
from mimo_runtime.wire.kinds import InputKind, OutputKind
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
    """What one job is to make.

    Raises:
        InvalidRequestError: inputs are missing, or do not go together.
    """

    settings: Settings
    kind: OutputKind
    view: MotionView
    inputs: tuple[AssetInput, ...]

    def __post_init__(self) -> None:
        kinds = {each.kind for each in self.inputs}
        if InputKind.CHARACTER not in kinds:
            raise InvalidRequestError("No picture of the character was named; name one.")
        if kinds <= {InputKind.CHARACTER, InputKind.MATTE, InputKind.FEATHER_MASK}:
            raise InvalidRequestError(
                "Nothing was named that drives the character; name a driving video, a motion file "
                "and a scene, or the files of a template."
            )
        check_ways(kinds)

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
        )
