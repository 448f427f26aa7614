"""The fields of a request for a video, turned into what a job is to make."""

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.jobs.spec import AssetInput, JobSpec
from mimo_runtime.motions.camera_placement import parse_camera
from mimo_runtime.motions.ranges import parse_size
from mimo_runtime.wire.kinds import CONFIG_FILE, InputKind, JobTask, OutputKind
from mimo_runtime.wire.motion_view import MotionView
from mimo_runtime.wire.poses import POSES_FILE
from mimo_runtime.wire.settings import Settings

AnyEnum = TypeVar("AnyEnum", bound=Enum)

FILES = {
    "character": InputKind.CHARACTER,
    "input_reference": InputKind.CHARACTER,  # what OpenAI calls a picture
    "matte": InputKind.MATTE,
    "driving": InputKind.DRIVING,
    "motion": InputKind.MOTION_FILE,
    "scene": InputKind.SCENE,
}
SETTINGS: Mapping[str, Callable[[str], Any]] = {
    "steps": int,
    "guidance": float,
    "seed": int,
    "mode": str,
    "framing": str,
    "solver": str,
    "step_table": str,
    "guidance_interval": str,
}
OTHERS = ("model", "prompt", "priority", "output", "camera", "size", "fps", "task")
TEMPLATE, PREPARED = "template", "prepared"
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".heic")


def input_of(field: str, file_name: str, media_type: str, sha256: str) -> AssetInput:
    """The input of a field that holds a file, or names an asset.

    Raises:
        InvalidRequestError: there is no such input.
    """
    if field == TEMPLATE:
        return AssetInput(_template_input(file_name), sha256)
    if field not in FILES:
        raise unknown(field)
    kind = FILES[field]
    if kind is InputKind.SCENE and _is_picture(file_name, media_type):
        kind = InputKind.SCENE_PICTURE
    return AssetInput(kind, sha256, file_name if kind is InputKind.MOTION_FILE else "")


def spec_from(texts: Mapping[str, str], inputs: list[AssetInput], model: str) -> JobSpec:
    """What a job is to make; `model` is the bundle's name.

    Raises:
        InvalidRequestError: a field is not known, or its value cannot be used.
    """
    for name in texts:
        if name not in {*SETTINGS, *OTHERS}:
            raise unknown(name)
    if texts.get("model", model) != model:
        raise InvalidRequestError(
            f"model is '{texts['model'][:80]}' and this server has '{model}'; ask for that, or "
            "for none."
        )
    settings = Settings(**{name: _value(texts, name, SETTINGS[name]) for name in SETTINGS
                           if name in texts})  # fmt: skip
    kind, task = _word(texts, "output", OutputKind.VIDEO), _word(texts, "task", JobTask.VIDEO)
    view = _view(texts, any(each.kind is InputKind.MOTION_FILE for each in inputs))
    return JobSpec(settings, kind, view, tuple(inputs), task)


def priority_from(texts: Mapping[str, str]) -> int:
    """The priority that is asked for. Raises InvalidRequestError."""
    return int(_value(texts, "priority", int)) if "priority" in texts else 0


def warnings_of(texts: Mapping[str, str]) -> tuple[str, ...]:
    """What was sent and makes no difference, in sentences."""
    if not texts.get("prompt"):
        return ()
    return ("The prompt makes no difference: pictures and motion say all.",)


def unknown(field: str) -> InvalidRequestError:
    """That a field is not known."""
    known = ", ".join((*FILES, TEMPLATE, PREPARED, *SETTINGS, *OTHERS))
    return InvalidRequestError(f"There is no field '{field[:80]}'; there are {known}.")


def _view(texts: Mapping[str, str], has_motion: bool) -> MotionView:
    usual, given = MotionView(), [name for name in ("camera", "size", "fps") if name in texts]
    if given and not has_motion:
        raise InvalidRequestError(
            f"{given[0]} is of the frames of a motion file; a video has its own. Leave it out."
        )
    camera = texts.get("camera", usual.camera)
    parse_camera(camera)
    size_px = parse_size(texts["size"]) if "size" in texts else (usual.width_px, usual.height_px)
    fps = _value(texts, "fps", int) if "fps" in texts else usual.fps
    return MotionView(camera, *size_px, fps)


def _word(texts: Mapping[str, str], name: str, usual: AnyEnum) -> AnyEnum:
    try:
        return type(usual)(texts.get(name, usual.value))
    except ValueError:
        words = ", ".join(each.value for each in type(usual))
        raise InvalidRequestError(f"{name} is '{texts[name][:80]}'; give one of {words}.") from None


def _value(texts: Mapping[str, str], name: str, kind: Callable[[str], Any]) -> Any:
    try:
        return kind(texts[name])
    except ValueError:
        raise InvalidRequestError(f"{name} is '{texts[name][:80]}'; give a number.") from None


def _template_input(file_name: str) -> InputKind:
    names = {CONFIG_FILE: InputKind.TEMPLATE_CONFIG, POSES_FILE: InputKind.POSES}
    streams = {kind.value: kind for kind in InputKind if kind.is_video}
    kind = names.get(file_name) or streams.get(Path(file_name).stem)
    if kind is None:
        raise InvalidRequestError(
            f"'{file_name[:80]}' is no file of a template; there are vid, sdc, bk and occ, "
            f"{CONFIG_FILE} and {POSES_FILE}."
        )
    return kind


def _is_picture(file_name: str, media_type: str) -> bool:
    suffix = Path(file_name).suffix.lower()
    return media_type.startswith("image/") or suffix in _PICTURES
