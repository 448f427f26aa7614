"""The files of an official checkpoint folder, found before any weight is read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimo_networks.weight_shapes import tensor_shapes
from mimo_runtime.errors import CheckpointError

CONFIG_NAMES = ("inference_config.yaml", "inference_config.json", "inference_v2.yaml")
_CONFIG = ("config.json",)
_DIFFUSERS = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")
_CLIP = ("model.safetensors", "pytorch_model.safetensors", "pytorch_model.bin")
_UNET = "stable-diffusion-v1-5/unet"
_VAE = "sd-vae-ft-mse"
_IMAGE_ENCODER = "image_encoder"
_MOTION = ("motion_module.pth", "motion_module.safetensors")
# Field of `CheckpointFiles`: what it is, its folder, its names in the order of preference.
_NEEDED = {
    "unet_config": ("the base UNet's configuration", _UNET, _CONFIG),
    "denoiser": ("the denoising UNet", ".", ("denoising_unet.pth", "denoising_unet.safetensors")),
    "reference_net": (
        "the ReferenceNet",
        ".",
        ("reference_unet.pth", "reference_unet.safetensors"),
    ),
    "pose_guider": ("the pose guider", ".", ("pose_guider.pth", "pose_guider.safetensors")),
    "vae_config": ("the VAE's configuration", _VAE, _CONFIG),
    "vae": ("the VAE", _VAE, _DIFFUSERS),
    "image_encoder_config": ("the image encoder's configuration", _IMAGE_ENCODER, _CONFIG),
    "image_encoder": ("the image encoder", _IMAGE_ENCODER, _CLIP),
}


@dataclass(frozen=True, slots=True)
class CheckpointFiles:
    """Paths of one checkpoint; None where a file may be missing and is."""

    folder: Path
    unet_config: Path
    denoiser: Path
    reference_net: Path
    pose_guider: Path
    vae_config: Path
    vae: Path
    image_encoder_config: Path
    image_encoder: Path
    motion_modules: Path | None
    base_unet: Path | None
    inference_config: Path | None


def find_checkpoint_files(folder: Path, inference_config: Path | None = None) -> CheckpointFiles:
    """Look for every file of a folder of the official layout.

    Without `inference_config`, one that lies in the folder or beside it is taken.

    Raises:
        CheckpointError: there is no such folder, or files are missing; all of them are named.
    """
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is not a folder; give the checkpoint folder.")
    found = {field: _first(folder / sub, names) for field, (_, sub, names) in _NEEDED.items()}
    motion_modules = _first(folder, _MOTION)
    missing = [_described(field) for field, path in found.items() if path is None]
    if motion_modules is None and not _holds_motion(found["denoiser"]):
        missing.append(f"the motion modules ({' or '.join(_MOTION)}, or in the denoising UNet)")
    if missing:
        raise CheckpointError(
            f"{folder} is incomplete: it lacks {'; '.join(missing)}. Copy them from the official "
            "release."
        )
    if inference_config is not None and not inference_config.is_file():
        raise CheckpointError(
            f"The inference configuration {inference_config} does not exist; name the file, or "
            "leave it out for the official values."
        )
    return CheckpointFiles(
        folder=folder,
        motion_modules=motion_modules,
        base_unet=_first(folder / _UNET, _DIFFUSERS),
        inference_config=inference_config or find_inference_config(folder),
        **{field: path for field, path in found.items() if path is not None},
    )


def find_inference_config(folder: Path) -> Path | None:
    """The inference configuration in a checkpoint folder or beside it, if there is one."""
    return _first(folder, CONFIG_NAMES) or _first(folder.resolve().parent, CONFIG_NAMES)


def _first(folder: Path, names: Iterable[str]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _holds_motion(denoiser: Path | None) -> bool:
    """Whether motion weights may be in a file; a damaged one is left to who reads it."""
    shapes = tensor_shapes(denoiser) if denoiser else None
    if shapes is None:
        return False
    return not shapes or any(".motion_modules." in name for name in shapes)


def _described(field: str) -> str:
    what, sub, names = _NEEDED[field]
    return f"{what} ({' or '.join(str(Path(sub) / name) for name in names)})"


def read_json(path: Path) -> Mapping[str, Any]:
    """A network's config.json.

    Raises:
        CheckpointError: it holds no JSON object.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{path} is not JSON: {error}; copy it again.") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} holds no JSON object; copy it again.")
    return values


def read_yaml(path: Path) -> Mapping[str, Any]:
    """The inference configuration, YAML or JSON.

    Raises:
        CheckpointError: it holds no keys.
    """
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(
            f"{path} is neither YAML nor JSON: {reason}; copy it again."
        ) from error
    if not isinstance(values, dict):
        raise CheckpointError(
            f"{path} is no inference configuration: it holds no keys; take the release's, or leave "
            "it out for the official values."
        )
    return values
