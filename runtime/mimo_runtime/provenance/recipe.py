"""Everything that goes into a render: on one kind of machine, equal recipes make equal frames."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import mimo_runtime
from mimo_runtime.bundle import Bundle
from mimo_runtime.characters.folder import NAMES as CHARACTER_FILES
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import file_hash
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.resolved import ResolvedSettings, resolved_settings
from mimo_runtime.templates.poses import NAMES as POSTURE_FILES
from mimo_runtime.wire.kinds import CONFIG_FILE
from mimo_runtime.wire.poses import EXTRAS
from mimo_runtime.wire.settings import Settings
from mimo_runtime.wire.solver import Solver, interval_text, step_table_text

FORMAT: Final = 1
_PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "torch": ("torch",),
    "tensorrt": ("tensorrt-cu13",),
    "tensorrt-rtx": ("tensorrt-rtx-cu13",),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a render is made of.

    Attributes:
        settings: program, bundle (its digest), shape, engine and what was asked for, all resolved.
        inputs: the SHA-256 of every file that is read, by its part: "template/bk.mp4".
        asked: which files they were, by the options that named them; no part of `digest`.
    """

    settings: Mapping[str, str | int | float | None]
    inputs: Mapping[str, str]
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of all but `asked`."""
        content = json.dumps([FORMAT, dict(self.settings), dict(self.inputs)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def differences(self, other: "Recipe") -> tuple[str, ...]:
        """What is not the same in `other`, in words: "seed (42, now 7)", "template/bk.mp4"."""
        settings = [
            f"{name} ({_said(self.settings.get(name))}, now {_said(other.settings.get(name))})"
            for name in dict.fromkeys((*self.settings, *other.settings))
            if self.settings.get(name) != other.settings.get(name)
        ]
        files = sorted(
            name
            for name in self.inputs.keys() | other.inputs.keys()
            if self.inputs.get(name) != other.inputs.get(name)
        )
        return (*settings, *files)

    def delivered(self, asked: Mapping[str, str]) -> "Recipe":
        """It with how a result was `asked` to be delivered, where it names its inputs."""
        return replace(self, asked={**self.asked, **asked}) if self.asked else self

    def to_values(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "format": FORMAT,
            "settings": dict(self.settings),
            "inputs": dict(self.inputs),
            "asked": dict(self.asked),
        }

    @classmethod
    def from_values(cls, values: Any) -> "Recipe":
        """The inverse of `to_values`. Raises InvalidRequestError for anything else."""
        try:
            if values["format"] == FORMAT:
                return cls(dict(values["settings"]), dict(values["inputs"]), dict(values["asked"]))
        except (TypeError, KeyError, ValueError) as error:
            raise InvalidRequestError(
                f"What stands there of the render is damaged: {error!r}; take a whole copy."
            ) from None
        raise InvalidRequestError(
            f"What stands there of the render has format {values['format']}, and this program "
            f"reads {FORMAT}; use the program that made it."
        )


def recipe_of(
    bundle: Bundle,
    engine: str,
    settings: Settings,
    inputs: Mapping[str, Path],
    overlap: int | None = None,
    asked: Mapping[str, str] | None = None,
) -> Recipe:
    """The recipe of a render of `inputs`, which are read for it.

    `engine` is what runs the bundle; `overlap` the `most_hops` of segments. Raises OSError.
    """
    manifest = bundle.manifest
    resolved = resolved_settings(settings, manifest)
    values: dict[str, str | int | float | None] = {
        "program": mimo_runtime.__version__,
        "bundle": bundle.digest,
        "shape": f"{manifest.width_px}x{manifest.height_px}x{manifest.frames}",
        "engine": f"{engine} {_version_of(engine)}",
        "steps": resolved.steps,
        "guidance": resolved.guidance,
        "seed": resolved.seed,
        "mode": resolved.mode.value,
        "framing": resolved.framing.value,
        "overlap": overlap,
        **_solver_settings(resolved),
    }
    hashes = {name: file_hash(path) for name, path in inputs.items()}
    return Recipe(values, hashes, asked or {})


def _solver_settings(settings: ResolvedSettings) -> dict[str, str]:
    """What is not as ever, so that recipes of before stay as they are."""
    found = {}
    if settings.solver is not Solver.DDIM:
        found["solver"] = settings.solver.value
    if settings.step_table is not None:
        found["step_table"] = step_table_text(settings.step_table)
    if settings.guidance_interval is not None:
        found["guidance_interval"] = interval_text(settings.guidance_interval)
    return found


def drafts_recipe(character: Path) -> Recipe:
    """The recipe of a draft, which no network makes; not enough to make it again.

    Raises OSError.
    """
    settings = {"program": mimo_runtime.__version__, "engine": "draft"}
    return Recipe(settings, {"character": file_hash(character)})


def note_of(recipe: Recipe) -> str:
    """What stands in the outputs of a render."""
    return json.dumps(recipe.to_values(), sort_keys=True, separators=(",", ":"))


def request_files(request: SynthesisRequest, files: InputFiles) -> dict[str, Path]:
    """Every file that the request reads, by what it is called."""
    folder = request.template.folder
    found = {"character": files.character}
    if request.prepared is not None:
        found |= {f"character/{name}": request.prepared / name for name in CHARACTER_FILES}
    if files.matte is not None:
        found["matte"] = files.matte
    found |= {f"feather masks/{mode}": path for mode, path in files.feather_masks.items()}
    streams = [stream.path.name for stream in request.template.streams.values()]
    postures = [f"{EXTRAS}/{name}" for name in POSTURE_FILES]
    for name in (CONFIG_FILE, *streams, *postures):
        found[f"template/{name}"] = folder / name
    return {name: path for name, path in found.items() if path.is_file()}


def _version_of(engine: str) -> str:
    for package in _PACKAGES.get(engine, ()):
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    return "unknown"


def _said(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) < 40 else f"{text[:12]}…"
