"""What is needed to draw a character: bodies, texture, and how it stands in its own picture."""

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.folder import FIT, PICTURE, TEXTURE, read_character_record
from mimo_runtime.characters.outfit import Outfit, dressed
from mimo_runtime.characters.skirt import Skirt
from mimo_runtime.characters.texture import Texture, read_texture
from mimo_runtime.errors import MediaError
from mimo_runtime.files import cannot_read, write_errors
from mimo_runtime.fitting.proportions import proportioned
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.untrusted.npz import read_npz


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A character as it can be drawn.

    Attributes:
        body: the bare body. dressed: the same with hair and clothes, of which a skirt comes last.
        texture: of both.
        picture: uint8 RGBA [size, size, 4], picture.png.
        pose, camera: how that picture shows it; the camera has its size.
    """

    body: Body
    dressed: Body
    texture: Texture
    picture: NDArray[np.uint8]
    pose: Pose
    camera: Camera

    @property
    def height_m(self) -> float:
        """Of the bare body at rest."""
        return float(np.ptp(self.body.vertices_m[:, 1]))

    def scaled(self, factor: float) -> "Figure":
        """The same `factor` times as tall; pose and camera stay those of the picture."""
        return replace(self, body=_scaled(self.body, factor), dressed=_scaled(self.dressed, factor))


def _scaled(body: Body, factor: float) -> Body:
    skeleton = replace(
        body.skeleton,
        rest_m=body.skeleton.rest_m * factor,
        tails_m=body.skeleton.tails_m * factor,
    )
    return replace(body, vertices_m=body.vertices_m * factor, skeleton=skeleton)


def write_fit(folder: Path, pose: Pose, camera: Camera, outfit: Outfit) -> None:
    """Write fit.npz: posture, the camera of picture.png, and what clothes and hair add."""
    skirt = outfit.skirt or Skirt(0)
    arrays = {
        "root_m": pose.root_m,
        "rotations": pose.rotations,
        "size_px": np.array([camera.width_px, camera.height_px]),
        "focal_px": np.array(camera.focal_px),
        "centre_px": np.array(camera.centre_px),
        "rotation": camera.rotation,
        "translation_m": camera.translation_m,
        "lengths_m": outfit.lengths_m.astype(np.float16),
        "skirt": np.array([skirt.length, skirt.flare]),
    }
    with (
        write_errors(folder),
        zipfile.ZipFile(folder / FIT, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def read_figure(folder: Path) -> Figure:
    """The figure of a character folder.

    Raises MediaError where it is damaged, or was made before there were figures in them.
    """
    record = read_character_record(folder)
    if not record.body:
        raise MediaError(
            f"In the picture of the character folder '{folder.name}' no body was found, and a "
            "draft is drawn on one; render without a draft."
        )
    if not (folder / FIT).is_file():
        raise MediaError(
            f"The character folder '{folder.name}' has no {FIT}, so it was made by an earlier "
            "version; make it anew with 'mimo character'."
        )
    body = proportioned(load_body(record.shape), record.proportions)
    arrays = {"skirt": np.zeros(2), **read_npz(folder / FIT)}  # before there were skirts
    joints, vertices = body.skeleton.joint_count, len(body.vertices_m)
    shapes = {
        "root_m": (3,), "rotations": (joints, 3, 3), "size_px": (2,), "focal_px": (),
        "centre_px": (2,), "rotation": (3, 3), "translation_m": (3,), "lengths_m": (vertices,),
        "skirt": (2,),
    }  # fmt: skip
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape or not _finite(arrays[name]):
            raise MediaError(
                f"{FIT} of '{folder.name}' has no {name} of shape {shape}; make the folder anew "
                "with 'mimo character'."
            )
    x, y = (float(value) for value in arrays["centre_px"])
    width_px, height_px = (int(side) for side in arrays["size_px"])
    camera = Camera(
        width_px, height_px, float(arrays["focal_px"]), (x, y),
        arrays["rotation"].astype(np.float64), arrays["translation_m"].astype(np.float64),
    )  # fmt: skip
    return Figure(
        body=body,
        dressed=dressed(body, _outfit(arrays["lengths_m"], arrays["skirt"])),
        texture=read_texture(folder / TEXTURE),
        picture=_picture(folder / PICTURE, width_px),
        pose=Pose(arrays["root_m"].astype(np.float64), arrays["rotations"].astype(np.float64)),
        camera=camera,
    )


def _outfit(lengths_m: NDArray[Any], skirt: NDArray[Any]) -> Outfit:
    length, flare = (min(max(float(value), 0.0), 1.0) for value in skirt)
    return Outfit(lengths_m.astype(np.float32), Skirt(length, flare) if length else None)


def _picture(path: Path, size_px: int) -> NDArray[np.uint8]:
    try:
        picture = read_picture(path.read_bytes(), path.name, MediaLimits())
    except OSError as error:
        raise MediaError(cannot_read(path, error)) from None
    if picture.shape != (size_px, size_px, 4):
        raise MediaError(
            f"{path.name} of '{path.parent.name}' is not the RGBA picture of {size_px}x{size_px} "
            f"px that {FIT} was made for; make the folder anew with 'mimo character'."
        )
    return picture


def _finite(array: NDArray[np.generic]) -> bool:
    return array.dtype.kind in "fiu" and bool(np.isfinite(array.astype(np.float64)).all())
