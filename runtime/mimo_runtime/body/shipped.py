"""The body that ships with the program: MakeHuman's base mesh (CC0; see data/manifest.json)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body, box_coordinates
from mimo_runtime.body.colours import surface_colours
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.errors import InvalidRequestError

DATA = Path(__file__).parent / "data" / "body.npz"
NAME = "mimo-body-1"
SHAPES = ("male", "heavy", "light", "muscular", "slight", "tall", "short")


@dataclass(frozen=True, slots=True, eq=False)
class TextureCorners:
    """float32 `uv` [T, 3, 2]: for each triangle of the shipped body its corners in MakeHuman's map.

    Both coordinates are 0 to 1, v upwards.
    """

    uv: Floats


def load_body(shape: Mapping[str, float] | None = None) -> Body:
    """The shipped body: 13,524 vertices, 27,036 triangles, 31 joints, 1.66 m.

    Args:
        shape: how far it goes towards each of `SHAPES`, usually 0 to 1 ("male" -1 to 1, -1 being
            female; 0.1 of "tall" is 7 cm). Surface and colours do not depend on it.

    Raises:
        InvalidRequestError: an unknown shape.
    """
    with np.load(DATA) as data:
        vertices = data["vertices_m"].astype(np.float64)
        surface = box_coordinates(vertices)
        heads, tails = (data[f"{end}_m"].astype(np.float64) for end in ("heads", "tails"))
        for name, share in (shape or {}).items():
            index = _shape_index(name)
            vertices += share * data["shape_step_m"] * data["shape_vertices"][index]
            heads += share * data["shape_heads_m"][index]
            tails += share * data["shape_tails_m"][index]
        ground = np.array([0, vertices[:, 1].min(), 0])
        names, parents = (tuple(data[key].tolist()) for key in ("joint_names", "parents"))
        weights = data["weights"].astype(np.float64)
        return Body(
            name=NAME,
            skeleton=Skeleton(names, parents, heads - ground, tails - ground),
            vertices_m=vertices - ground,
            triangles=_triangles(data["quads"]),
            weight_joints=data["weight_joints"].astype(np.int32),
            weights=weights / weights.sum(axis=1, keepdims=True),
            surface=surface,
            colours=surface_colours(surface),
        )


def load_texture_corners() -> TextureCorners:
    """Where the shipped body's triangles lie in its texture map."""
    with np.load(DATA) as data:
        uv = data["uv"].astype(np.float32) / 65535
        return TextureCorners(uv[_triangles(data["quads_uv"])])


def _triangles(quads: NDArray[Any]) -> NDArray[np.int32]:
    return quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3).astype(np.int32)


def _shape_index(name: str) -> int:
    if name not in SHAPES:
        raise InvalidRequestError(
            f"There is no body shape '{name}'; use {', '.join(SHAPES[:-1])} or {SHAPES[-1]}."
        )
    return SHAPES.index(name)
