"""What may stand in a shot file: one table, from which it is read and its JSON schema is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from mimo_runtime.characters.folder import LARGEST_PX, SMALLEST_PX
from mimo_runtime.delivery.delivery import AlphaMode, MovieFormat, PlateHolds
from mimo_runtime.engines.choice import ENGINES
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.wire.settings import MAX_SEED, MAX_STEPS, FramingPolicy, Mode
from mimo_runtime.wire.solver import Solver

VERSION: Final = 1
REQUIRED: Final = ("shot", "bundle", "character", "output")


class Kind(StrEnum):
    """What a value is; a path is relative to the shot file, and $NAME is taken from outside."""

    PATH = "path"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "boolean"


@dataclass(frozen=True, slots=True)
class ShotField:
    """One value: what it is, how it is explained, and what of it is allowed."""

    kind: Kind
    help: str
    least: int | None = None
    most: int | None = None
    choices: tuple[str | int, ...] = ()

    def to_schema(self) -> dict[str, Any]:
        """As JSON schema."""
        kind = "string" if self.kind in (Kind.PATH, Kind.TEXT) else self.kind.value
        limits = {"minimum": self.least, "maximum": self.most}
        schema: dict[str, Any] = {"type": kind, "description": self.help}
        schema |= {name: limit for name, limit in limits.items() if limit is not None}
        return schema | ({"enum": list(self.choices)} if self.choices else {})

    def refusal(self, value: Any) -> str | None:
        """What is wrong with a value, as the rest of a sentence; None for nothing."""
        if self.kind is Kind.FLAG:
            return None if isinstance(value, bool) else "give true or false"
        wanted = {Kind.INTEGER: int, Kind.NUMBER: (int, float)}.get(self.kind, str)
        if isinstance(value, bool) or not isinstance(value, wanted):  # type: ignore[arg-type]
            return f"give {'a number' if self.kind is Kind.NUMBER else f'one {self.kind.value}'}"
        if self.choices and value not in self.choices:
            return f"give one of {', '.join(map(str, self.choices))}"
        if (self.least is not None and value < self.least) or (
            self.most is not None and value > self.most
        ):
            return (
                f"give {self.least or 0} to {self.most}"
                if self.most
                else f"give {self.least} or more"
            )
        return None


SETTINGS: Final[Mapping[str, ShotField]] = {
    "steps": ShotField(Kind.INTEGER, "Solver steps; the bundle's own without it.", 1, MAX_STEPS),
    "guidance": ShotField(Kind.NUMBER, "Scale of guidance; 1 and below turn it off.", 0, 100),
    "seed": ShotField(Kind.INTEGER, "Seed of the first noise.", 0, MAX_SEED),
    "mode": ShotField(Kind.TEXT, "Whose numbers.", choices=tuple(mode.value for mode in Mode)),
    "framing": ShotField(
        Kind.TEXT,
        "What the networks see.",
        choices=tuple(policy.value for policy in FramingPolicy),
    ),
    "solver": ShotField(
        Kind.TEXT,
        "The solver; that of the mode without it.",
        choices=tuple(solver.value for solver in Solver),
    ),
    "step_table": ShotField(
        Kind.TEXT, "trailing, leading, even-angle, or timesteps that fall, such as 999,700,300."
    ),
    "guidance_interval": ShotField(
        Kind.TEXT, "Where there is guidance, as shares of the trained timesteps: 0.2,0.9."
    ),
}
DECOMPOSE: Final[Mapping[str, ShotField]] = {
    "models": ShotField(Kind.PATH, "JSON file that names networks of yours."),
    "person": ShotField(Kind.INTEGER, "Number of the person to take.", 1),
    "shot": ShotField(Kind.INTEGER, "Number of the shot of a video with cuts.", 1),
    "tiles": ShotField(Kind.INTEGER, "Parts in which a frame is searched.", choices=(1, 2, 4)),
}
PREPARE: Final[Mapping[str, ShotField]] = {
    "size": ShotField(
        Kind.INTEGER, "Sides of the prepared pictures in px.", SMALLEST_PX, LARGEST_PX
    ),
    "person": ShotField(Kind.INTEGER, "Number of the person, counted from the left.", 1),
    "models": ShotField(Kind.PATH, "JSON file that names networks of yours."),
}
FIELDS: Final[Mapping[str, ShotField]] = {
    "shot": ShotField(Kind.INTEGER, "Version of this format.", choices=(VERSION,)),
    "bundle": ShotField(Kind.PATH, "Bundle made by 'mimo export'."),
    "shape": ShotField(Kind.TEXT, "WIDTHxHEIGHTxFRAMES, of a bundle that has several."),
    "character": ShotField(Kind.PATH, "Picture, or folder made by 'mimo character'."),
    "matte": ShotField(Kind.PATH, "Grey picture, white where the character is."),
    "feather_masks": ShotField(Kind.PATH, "Folder of official masks."),
    "template": ShotField(Kind.PATH, "Template: motion and scene."),
    "driving": ShotField(Kind.PATH, "Driving video: motion and scene."),
    "motion": ShotField(Kind.PATH, "Folder of a motion, with a scene."),
    "scene": ShotField(Kind.PATH, "Video, picture or template, with a motion."),
    "engine": ShotField(Kind.TEXT, "What runs the bundle.", choices=ENGINES),
    "threads": ShotField(Kind.INTEGER, "Threads of ONNX Runtime; 0: one per core.", 0),
    "first_frame": ShotField(Kind.INTEGER, "Number of the clip's first frame.", 0),
    "frame_range": ShotField(Kind.TEXT, "FIRST-LAST: the frames of the clip that are the shot."),
    "timecode": ShotField(Kind.TEXT, "HH:MM:SS:FF of the clip's first frame, quoted."),
    "sound": ShotField(Kind.PATH, "Sound file in place of what the driving video has."),
    "segment_frames": ShotField(Kind.INTEGER, "Frames of a segment on a farm.", 1),
    "overlap": ShotField(Kind.INTEGER, "Windows beside a segment's own; without it, exact.", 0),
    "output": ShotField(Kind.PATH, "Folder of the shot, into which segments are rendered."),
    "result": ShotField(Kind.PATH, "What is stitched: NAME.mp4, NAME.mov or a folder of pictures."),
    "picture_format": ShotField(
        Kind.TEXT,
        "What the pictures of a result are that is a folder.",
        choices=tuple(form.value for form in FrameFormat),
    ),
    "movie_format": ShotField(
        Kind.TEXT,
        "What a result is that is a video.",
        choices=tuple(form.value for form in MovieFormat),
    ),
    "alpha": ShotField(
        Kind.TEXT,
        "The person alone, and what colours are multiplied with.",
        choices=tuple(alpha.value for alpha in AlphaMode),
    ),
    "layers": ShotField(Kind.FLAG, "All layers beside the frame, in EXR pictures."),
}
COLOUR: Final[Mapping[str, ShotField]] = {
    "space": ShotField(Kind.TEXT, "Colour space of the result."),
    "ocio": ShotField(Kind.PATH, "OpenColorIO configuration that names spaces."),
    "plate": ShotField(Kind.PATH, "Scene in its own depth: a video, or NAME.####.exr."),
    "plate_space": ShotField(Kind.TEXT, "Colour space of the plate."),
    "plate_first_frame": ShotField(Kind.INTEGER, "Number of the plate's first picture.", 0),
    "plate_holds": ShotField(
        Kind.TEXT,
        "The scene without anybody, or the driving video.",
        choices=tuple(holds.value for holds in PlateHolds),
    ),
}
GROUPS: Final[Mapping[str, Mapping[str, ShotField]]] = {
    "settings": SETTINGS,
    "decompose": DECOMPOSE,
    "prepare": PREPARE,
    "colour": COLOUR,
}


def shot_schema() -> dict[str, Any]:
    """The JSON schema of shot files (draft 2020-12)."""
    one_way = [
        {"required": ["template"]},
        {"required": ["driving"]},
        {"required": ["motion", "scene"]},
    ]
    groups = {name: _object(fields) for name, fields in GROUPS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Shot of MIMO Runtime",
        **_object(FIELDS, groups),
        "required": list(REQUIRED),
        "oneOf": one_way,
        "dependentRequired": {"motion": ["scene"], "scene": ["motion"]},
    }


def _object(
    fields: Mapping[str, ShotField], more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    properties = {name: field.to_schema() for name, field in fields.items()}
    return {
        "type": "object",
        "properties": properties | dict(more or {}),
        "additionalProperties": False,
    }
