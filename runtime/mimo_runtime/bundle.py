"""A bundle: a folder of fixed-shape ONNX components and `bundle.json`, which describes them."""

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mimo_runtime.errors import BundleError

FORMAT = 2  # 1: other names of components, tensors and attributes
MANIFEST = "bundle.json"
COMPONENTS = (
    "image_encoder",
    "vae_encoder",
    "vae_decoder",
    "reference",
    "identity",
    "condition",
    "time_embedding",
    "denoiser",
    "denoiser_unguided",
)
PICTURE, HUMAN = "picture", "human"
_DEFAULTS: Mapping[str, type | tuple[type, ...]] = {
    "steps": int,
    "guidance": (int, float),
    "mode": str,
}
_ITEM_BYTES = {
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "bool": 1,
}
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, fixed shape and dtype of one input or output."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.name} {self.dtype} {list(self.shape)}"

    @property
    def size_bytes(self) -> int:
        """Bytes of the tensor."""
        return math.prod(self.shape) * _ITEM_BYTES[self.dtype]


@dataclass(frozen=True, slots=True)
class Component:
    """One network: its ONNX file, bytes of its weights, inputs and outputs in order."""

    file: str
    weights_bytes: int
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Size and SHA-256 of one file of the bundle."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that `bundle.json` says.

    `width_px` and `height_px` are the size of the generated square or rectangle, `frames` the
    window; `readers` names the blocks that read the reference, in the order of the tensors;
    `solver` is the noise schedule the weights were trained for (diffusers' names); `source` and
    `licence` say where the weights came from and under which terms.

    What follows `format` is optional. `paints` is PICTURE, the whole square, or HUMAN, a layer of
    its own with cover and shadow, which is composed over the exact scene; `planes` names the
    channels of its structured motion code, which takes the place of motion frames; `defaults` are
    the settings it was made for, as far as they are not the official ones: steps, guidance, mode.
    """

    name: str
    width_px: int
    height_px: int
    frames: int
    overlap_frames: int
    readers: tuple[str, ...]
    solver: Mapping[str, Any]
    source: str
    licence: str
    created_by: str
    components: Mapping[str, Component]
    files: Mapping[str, StoredFile]
    format: int = field(default=FORMAT)
    paints: str = PICTURE
    planes: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def paints_human(self) -> bool:
        """Whether the bundle paints the human layer alone."""
        return self.paints == HUMAN

    def to_json(self) -> str:
        """The text of `bundle.json`; what is optional and not used is left out."""
        values = asdict(self)
        for name, unused in (("paints", PICTURE), ("planes", ()), ("defaults", {})):
            if values[name] == unused:
                del values[name]
        return json.dumps(values, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose manifest was read and whose files were compared with it."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path, on_file: Callable[[str, int], None] | None = None) -> "Bundle":
        """Read and verify a bundle; `on_file` is told each file's name and size once checked.

        Raises:
            BundleError: it is missing, of another format, incomplete or changed; the sentence says
                which file and what to do.
        """
        manifest = _read_manifest(folder)
        for name, stored in manifest.files.items():
            _verify(folder, name, stored)
            if on_file:
                on_file(name, stored.size_bytes)
        return cls(folder, manifest)

    def component(self, name: str) -> Component:
        """The component called `name`.

        Raises:
            BundleError: the bundle has none.
        """
        try:
            return self.manifest.components[name]
        except KeyError:
            raise BundleError(
                f"{self.folder} has no component '{name}'; export the bundle again."
            ) from None

    def tensor(self, component: str, name: str) -> TensorSpec:
        """The input or output `name` of a component.

        Raises:
            BundleError: the component has none.
        """
        found = self.component(component)
        for spec in (*found.inputs, *found.outputs):
            if spec.name == name:
                return spec
        raise BundleError(
            f"{self.folder}: component {component} has no tensor '{name}'; export it again."
        )

    def path(self, component: str) -> Path:
        """The ONNX file of a component."""
        return self.folder / self.component(component).file

    @property
    def digest(self) -> str:
        """SHA-256 over the names and hashes of all files: the identity of the weights."""
        lines = [f"{name} {stored.sha256}" for name, stored in sorted(self.manifest.files.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def stored_file(path: Path) -> StoredFile:
    """Size and SHA-256 of a file, read once."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
        return StoredFile(os.fstat(file.fileno()).st_size, digest.hexdigest())


def _verify(folder: Path, name: str, stored: StoredFile) -> None:
    path = folder / name
    if not path.is_file():
        raise BundleError(f"{folder} lacks the file {name}; copy or export the bundle again.")
    size_bytes = path.stat().st_size
    if size_bytes != stored.size_bytes:
        raise BundleError(
            f"{path} has {size_bytes} bytes where the manifest says {stored.size_bytes}; "
            "copy or export the bundle again."
        )
    if stored_file(path).sha256 != stored.sha256:
        raise BundleError(
            f"{path} was changed: its SHA-256 is not the manifest's; copy or export the bundle "
            "again."
        )


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError(
            f"{folder} is no bundle: it has no {MANIFEST}. Make one with 'mimo export'."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{path} cannot be read: {error}. Copy the bundle again.") from error
    version = values.get("format") if isinstance(values, dict) else None
    if not isinstance(version, int):
        raise BundleError(
            f"{path} is no bundle manifest: it states no format; export the bundle again."
        )
    if version > FORMAT:
        raise BundleError(
            f"{path} has format {version}, this program reads up to {FORMAT}; update the program "
            "or export the bundle with this version."
        )
    if version < FORMAT:
        raise BundleError(
            f"{path} has format {version}, this program reads format {FORMAT}; export the bundle "
            "again from its checkpoint."
        )
    try:
        return _manifest_from_json(values)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{path} is damaged ({error!r}); copy or export it again.") from error


def _manifest_from_json(values: dict[str, Any]) -> Manifest:
    manifest = Manifest(
        **values
        | {
            "readers": tuple(values["readers"]),
            "components": {n: _component(c) for n, c in values["components"].items()},
            "files": {_plain_name(n): StoredFile(**f) for n, f in values["files"].items()},
            "planes": tuple(values.get("planes", ())),
        }
    )
    _check_options(manifest)
    for name, component in manifest.components.items():
        if component.file not in manifest.files:
            raise ValueError(f"component {name} names {component.file}, which is not listed")
    if missing := [name for name in COMPONENTS if name not in manifest.components]:
        raise ValueError(f"components {missing} are not listed")
    _check_sizes(manifest)
    return manifest


def _check_options(manifest: Manifest) -> None:
    if manifest.paints not in (PICTURE, HUMAN):
        raise ValueError(f"it paints {manifest.paints!r}, which is not known")
    if manifest.paints_human != bool(manifest.planes):
        raise ValueError("a bundle that paints humans, and no other, names its planes")
    for name, value in manifest.defaults.items():
        if name not in _DEFAULTS or not isinstance(value, _DEFAULTS[name]):
            raise ValueError(f"its default {name} is {value!r}")


def _check_sizes(manifest: Manifest) -> None:
    picture = manifest.components["vae_encoder"].inputs[0]
    if picture.shape[2:] != (manifest.height_px, manifest.width_px):
        raise ValueError(f"its size is not that of {picture}")
    latents = manifest.components["denoiser"].inputs[0]
    if latents.shape[0] != manifest.frames:
        raise ValueError(f"its {manifest.frames} frames are not those of {latents}")
    if not 0 <= manifest.overlap_frames < manifest.frames:
        raise ValueError(f"windows of {manifest.frames} frames overlap {manifest.overlap_frames}")


def _component(values: dict[str, Any]) -> Component:
    specs = {
        side: tuple(TensorSpec(s["name"], _shape(s["shape"]), s["dtype"]) for s in values[side])
        for side in ("inputs", "outputs")
    }
    for spec in (*specs["inputs"], *specs["outputs"]):
        if spec.dtype not in _ITEM_BYTES:
            raise ValueError(f"{spec.name} has dtype {spec.dtype}")
    file, weights_bytes = _plain_name(values["file"]), int(values["weights_bytes"])
    return Component(file, weights_bytes, specs["inputs"], specs["outputs"])


def _shape(sizes: list[int]) -> tuple[int, ...]:
    if not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"shape {sizes} is not fixed")
    return tuple(sizes)


def _plain_name(name: str) -> str:
    if Path(name).name != name:
        raise ValueError(f"file name {name!r} leads out of the folder")
    return name
