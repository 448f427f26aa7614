"""`bundle.json`: what the files of a bundle are, for every shape that it was exported for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mimo_runtime.bundle.parts import (
    ITEM_BYTES,
    Component,
    Shape,
    StoredFile,
    TensorSpec,
    Weights,
)

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
_UNUSED: Mapping[str, Any] = {"paints": PICTURE, "planes": (), "defaults": {}}
_DEFAULTS: Mapping[str, type | tuple[type, ...]] = {
    "steps": int,
    "guidance": (int, float),
    "mode": str,
}
_OF_A_SHAPE = ("width_px", "height_px", "frames", "overlap_frames", "components")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `bundle.json` says of one of its shapes.

    `width_px` and `height_px` are the size of the generated square or rectangle, `frames` the
    window; `readers` names the blocks that read the reference, in the order of the tensors;
    `solver` is the noise schedule the weights were trained for (diffusers' names); `source` and
    `licence` say where the weights came from and under which terms. `files` are those that the
    shape needs; `shapes` are all of the bundle, the first is the default.

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
    weights: Weights
    components: Mapping[str, Component]
    files: Mapping[str, StoredFile]
    shapes: tuple[Shape, ...]
    format: int = field(default=FORMAT)
    paints: str = PICTURE
    planes: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def paints_human(self) -> bool:
        """Whether the bundle paints the human layer alone."""
        return self.paints == HUMAN

    @property
    def shape(self) -> Shape:
        """The shape that this is the manifest of."""
        return Shape(self.width_px, self.height_px, self.frames)


def manifest_values(manifests: Sequence[Manifest]) -> dict[str, Any]:
    """The content of `bundle.json` for all shapes of a bundle, in their order.

    What is optional and not used is left out.
    """
    every = [asdict(manifest) for manifest in manifests]
    files = {name: stored for values in every for name, stored in values["files"].items()}
    shapes = [{key: values[key] for key in _OF_A_SHAPE} for values in every]
    unused = {name for name, value in _UNUSED.items() if every[0][name] == value}
    other = {*_OF_A_SHAPE, *unused, "files", "shapes"}
    common = {key: value for key, value in every[0].items() if key not in other}
    return common | {"shapes": shapes, "files": files}


def manifests_from_values(values: Mapping[str, Any]) -> tuple[Manifest, ...]:
    """A manifest for each shape.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: the content is damaged.
    """
    shapes = tuple(Shape(*(int(s[key]) for key in _OF_A_SHAPE[:3])) for s in values["shapes"])
    files = {_plain_name(n): StoredFile(**f) for n, f in values["files"].items()}
    used = set()
    manifests = []
    for shaped in values["shapes"]:
        components = {n: _component(c) for n, c in shaped["components"].items()}
        graphs = {component.file for component in components.values()}
        used |= graphs
        manifests.append((shaped, components, graphs))
    common = {name: stored for name, stored in files.items() if name not in used}
    return tuple(
        _checked(
            Manifest(
                **dict(values)
                | shaped
                | {
                    "readers": tuple(values["readers"]),
                    "planes": tuple(values.get("planes", ())),
                    "weights": Weights(**values["weights"]),
                    "components": components,
                    "files": {n: f for n, f in files.items() if n in graphs or n in common},
                    "shapes": shapes,
                }
            )
        )
        for shaped, components, graphs in manifests
    )


def _check_options(manifest: Manifest) -> None:
    if manifest.paints not in (PICTURE, HUMAN):
        raise ValueError(f"it paints {manifest.paints!r}, which is not known")
    if manifest.paints_human != bool(manifest.planes):
        raise ValueError("a bundle that paints humans, and no other, names its planes")
    for name, value in manifest.defaults.items():
        if name not in _DEFAULTS or not isinstance(value, _DEFAULTS[name]):
            raise ValueError(f"its default {name} is {value!r}")


def _checked(manifest: Manifest) -> Manifest:
    _check_options(manifest)
    for name, component in manifest.components.items():
        if component.file not in manifest.files:
            raise ValueError(f"component {name} names {component.file}, which is not listed")
    if missing := [name for name in COMPONENTS if name not in manifest.components]:
        raise ValueError(f"components {missing} are not listed")
    picture = manifest.components["vae_encoder"].inputs[0]
    if picture.shape[2:] != (manifest.height_px, manifest.width_px):
        raise ValueError(f"its size is not that of {picture}")
    latents = manifest.components["denoiser"].inputs[0]
    if latents.shape[0] != manifest.frames:
        raise ValueError(f"its {manifest.frames} frames are not those of {latents}")
    if not 0 <= manifest.overlap_frames < manifest.frames:
        raise ValueError(f"windows of {manifest.frames} frames overlap {manifest.overlap_frames}")
    return manifest


def _component(values: dict[str, Any]) -> Component:
    specs = {
        side: tuple(TensorSpec(s["name"], _sizes(s["shape"]), s["dtype"]) for s in values[side])
        for side in ("inputs", "outputs")
    }
    for spec in (*specs["inputs"], *specs["outputs"]):
        if spec.dtype not in ITEM_BYTES:
            raise ValueError(f"{spec.name} has dtype {spec.dtype}")
    return Component(
        file=_plain_name(values["file"]),
        weights_bytes=int(values["weights_bytes"]),
        working_bytes=int(values["working_bytes"]),
        **specs,
    )


def _sizes(sizes: list[int]) -> tuple[int, ...]:
    if not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"shape {sizes} is not fixed")
    return tuple(sizes)


def _plain_name(name: str) -> str:
    if Path(name).name != name:
        raise ValueError(f"file name {name!r} leads out of the folder")
    return name
