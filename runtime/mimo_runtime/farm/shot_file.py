"""A shot as a file that people write: YAML, each error a sentence with its line."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from mimo_runtime.characters.folder import PICTURE
from mimo_runtime.delivery.delivery import MOVIE_SUFFIXES
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.farm.shot_schema import FIELDS, GROUPS, REQUIRED, Kind, ShotField
from mimo_runtime.files import read_input
from mimo_runtime.frame_folder import FrameFormat

MAX_BYTES: Final = 1 << 20
SEGMENT_FRAMES: Final = 24
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_NO_OPTIONS = ("shot", "output", "result", "segment_frames")
_PREPARE = "prepare"


@dataclass(frozen=True, slots=True)
class Preparation:
    """What has to be made first: the character `folder` of a `picture`.

    `options` are those of 'mimo character', by their names.
    """

    picture: Path
    folder: Path
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShotFile:
    """What stands in the shot file at `path`.

    `options` are those of 'mimo render', by their names; `output` is the folder of the shot,
    `result` what is stitched, `segment_frames` how many frames a segment has on a farm. With a
    `preparation` the character of `options` is what that makes. `variables` are those of the
    environment that stand in it, which nodes must have too.
    """

    path: Path
    options: Mapping[str, Any]
    output: Path
    result: Path
    segment_frames: int
    preparation: Preparation | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def decomposed(self) -> Path:
        """The template folder that a driving video becomes."""
        return self.output.with_name(f"{self.output.name}.template")

    @property
    def first_frame(self) -> int:
        """The number of the clip's first frame."""
        return int(self.options.get("first_frame", 1))


def read_shot(path: Path) -> ShotFile:
    """Read a shot file.

    Raises:
        InvalidRequestError: what is wrong in it, with the line.
        MediaError: it cannot be read.
    """
    data = read_input(path)
    if len(data) > MAX_BYTES:
        raise InvalidRequestError(f"'{path}' has {len(data)} bytes and is no shot file; give one.")
    reader = _Reader(path)
    values = reader.read(data)
    output = values["output"]
    options = {name: value for name, value in values.items() if name not in (*_NO_OPTIONS, *GROUPS)}
    for group in GROUPS:
        options |= values.get(group, {}) if group != _PREPARE else {}
    preparation = _preparation(values)
    if preparation is not None:
        options["character"] = preparation.folder / PICTURE
        options.pop("matte", None)
    return ShotFile(
        path,
        options,
        output,
        values.get("result", output.with_name(f"{output.name}.mp4")),
        values.get("segment_frames", SEGMENT_FRAMES),
        preparation,
        reader.variables,
    )


def _preparation(values: Mapping[str, Any]) -> Preparation | None:
    if _PREPARE not in values:
        return None
    matte = {"matte": values["matte"]} if "matte" in values else {}
    folder = values["output"].with_name(f"{values['output'].name}.character")
    return Preparation(values["character"], folder, values[_PREPARE] | matte)


class _Reader:
    """Reads one file, keeping lines for its sentences."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.variables: dict[str, str] = {}

    def read(self, data: bytes) -> dict[str, Any]:
        """All values, paths resolved."""
        try:
            root = yaml.compose(data.decode(), Loader=yaml.SafeLoader)
        except UnicodeDecodeError:
            raise self._error(1, "the file is no text in UTF-8; write it anew") from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self._error(line, f"this is no YAML: {error.problem}; mend it") from None
        except yaml.YAMLError as error:
            raise self._error(1, f"this is no YAML: {error}; mend it") from None
        if not isinstance(root, yaml.MappingNode):
            raise self._error(1, "a shot is a mapping; begin with 'shot: 1'")
        values = dict(self._values(root, FIELDS, GROUPS))
        self._check(values)
        return values

    def _values(
        self,
        node: yaml.MappingNode,
        fields: Mapping[str, ShotField],
        groups: Mapping[str, Mapping[str, ShotField]],
    ) -> Iterator[tuple[str, Any]]:
        seen = set[str]()
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name not in fields and name not in groups:
                known = ", ".join((*fields, *groups))
                raise self._error(line, f"there is no '{name}'; give one of {known}")
            if name in seen:
                raise self._error(line, f"'{name}' stands here again; leave one out")
            seen.add(name)
            if name in fields:
                yield name, self._value(name, fields[name], value)
            elif isinstance(value, yaml.MappingNode):
                yield name, dict(self._values(value, groups[name], {}))
            else:
                raise self._error(line, f"'{name}' holds values of its own; put them below it")

    def _value(self, name: str, field: ShotField, node: yaml.Node) -> Any:
        line = node.start_mark.line + 1
        value = None
        if isinstance(node, yaml.ScalarNode):
            try:
                value = yaml.SafeLoader("").construct_object(node)
                if isinstance(value, int | float) and ":" in node.value:
                    value = node.value  # YAML 1.1 takes a timecode for a number to the base of 60
            except (ValueError, yaml.YAMLError):
                raise self._error(line, f"{name} cannot be read as it stands; quote it") from None
        if field.kind in (Kind.PATH, Kind.TEXT) and type(value) in (int, float):
            raise self._error(line, f"{name} is {node.value}, a number to YAML; quote it")
        if (refusal := field.refusal(value)) is not None:
            shown = repr(value) if value is not None else "no single value"
            raise self._error(line, f"{name} is {shown}; {refusal}")
        return self._file(str(value), line) if field.kind is Kind.PATH else value

    def _file(self, text: str, line: int) -> Path:
        """A path with variables filled in, relative to the shot file; absolute, so that outputs say
        the same wherever a command was given.
        """

        def filled(match: "re.Match[str]") -> str:
            name = match[1] or match[2]
            if name not in os.environ:
                raise self._error(line, f"the variable {name} is not set; set it or write the path")
            return self.variables.setdefault(name, os.environ[name])

        return self._path.parent.absolute() / _VARIABLE.sub(filled, text)

    def _check(self, values: Mapping[str, Any]) -> None:
        for name in REQUIRED:
            if name not in values:
                raise self._error(1, f"'{name}' is missing; add it")
        ways = [name in values for name in ("template", "driving")]
        if sum((*ways, "motion" in values or "scene" in values)) != 1:
            raise self._error(1, "give exactly one of template, driving, or motion with scene")
        if ("motion" in values) != ("scene" in values):
            raise self._error(1, "motion and scene belong together; give both")
        form, result = values.get("picture_format", FrameFormat.PNG.value), values.get("result")
        if form != FrameFormat.PNG and (result is None or result.suffix.lower() in MOVIE_SUFFIXES):
            raise self._error(1, f"picture_format is {form}, and the result a video; name a folder")

    def _error(self, line: int, sentence: str) -> InvalidRequestError:
        told = f"{sentence}."
        return InvalidRequestError(f"{self._path}, line {line}: {told}")
