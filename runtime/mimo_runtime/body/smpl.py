"""A SMPL, SMPL-H or SMPL-X body model that the user brings; nothing of it ships with the program.

Layout: the published .pkl and .npz files (Loper et al., SMPL, 2015; Romero et al., MANO, 2017).
"""

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body, box_coordinates
from mimo_runtime.body.colours import surface_colours
from mimo_runtime.body.skeleton import Array, Skeleton, tails_from_children
from mimo_runtime.body.smpl_joints import JOINT_NAMES
from mimo_runtime.errors import MediaError
from mimo_runtime.files import cannot_read
from mimo_runtime.untrusted.safe_pickle import load_arrays

_KEYS = ("v_template", "f", "weights", "kintree_table", "J_regressor", "shapedirs", "posedirs")
_STRONGEST = 8
_WHOLE = 0.01  # how far from 1 a vertex's weights may add up to


@dataclass(frozen=True, slots=True, eq=False)
class SmplModel:
    """V vertices, J joints, B shapes, as the file has them.

    Attributes:
        template_m: float64 [V, 3]. shapes_m: float64 [V, 3, B]. triangles: int32 [T, 3].
        weights: float64 [V, J]. regressor: float64 [J, V], vertices to joints.
        correctives: float64 [V, 3, 9 (J - 1)]. parents: J indices, -1 for the root.
    """

    template_m: Array
    shapes_m: Array
    triangles: NDArray[np.int32]
    weights: Array
    regressor: Array
    correctives: Array
    parents: tuple[int, ...]

    @property
    def joint_names(self) -> tuple[str, ...]:
        """24 names for SMPL, 52 for SMPL-H, 55 for SMPL-X."""
        return JOINT_NAMES[len(self.parents)]

    def vertices_m(self, betas: ArrayLike) -> Array:
        """float64 [V, 3] at rest for shape numbers `betas`; those beyond B are left out."""
        used = np.asarray(betas, np.float64)[: self.shapes_m.shape[2]]
        return np.asarray(self.template_m + self.shapes_m[:, :, : len(used)] @ used, np.float64)


def read_smpl(path: Path) -> SmplModel:
    """Read a .npz or .pkl body model; a pickle can only bring arrays, never run code.

    Raises:
        MediaError: it cannot be read, lacks a part, or its parts do not fit together.
    """
    parts = _read(path)
    missing = [key for key in _KEYS if key not in parts]
    if missing:
        raise MediaError(
            f"The body model '{path.name}' has no {', '.join(missing)}; it is no model of SMPL, "
            "SMPL-H or SMPL-X. Give the file with these."
        )
    try:
        model = _model({key: np.asarray(parts[key]) for key in _KEYS})
    except (ValueError, TypeError, IndexError) as error:
        raise MediaError(
            f"The body model '{path.name}' holds odd arrays: {error}; write or copy it again."
        ) from None
    _check(model, path.name)
    return model


def smpl_body(model: SmplModel, betas: ArrayLike = (), colours: Floats | None = None) -> Body:
    """`model` in the shape `betas`, soles at y = 0; `colours` [V, 3], else surface colours."""
    vertices = model.vertices_m(betas)
    ground = np.array([0, vertices[:, 1].min(), 0])
    joints = model.regressor @ vertices - ground
    order = np.argsort(-model.weights, axis=1, kind="stable")[:, :_STRONGEST]
    weights = np.take_along_axis(model.weights, order, axis=1)
    surface = box_coordinates(model.template_m)
    tails = tails_from_children(model.parents, joints)
    return Body(
        name=f"smpl-{len(model.parents)}",
        skeleton=Skeleton(model.joint_names, model.parents, joints, tails),
        vertices_m=vertices - ground,
        triangles=model.triangles,
        weight_joints=order.astype(np.int32),
        weights=weights / weights.sum(axis=1, keepdims=True),
        surface=surface,
        colours=surface_colours(surface) if colours is None else colours,
        correctives=model.correctives,
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if zipfile.is_zipfile(path):
            with np.load(path, allow_pickle=False) as archive:
                return {key: archive[key] for key in _KEYS if key in archive.files}
        content = load_arrays(path.read_bytes())
    except OSError as error:
        raise MediaError(cannot_read(path, error, "the body model")) from None
    except pickle.UnpicklingError as error:
        raise MediaError(
            f"The body model '{path.name}' is no file of plain arrays ({error}); save its arrays "
            "with numpy.savez and give that file."
        ) from None
    except (ValueError, zipfile.BadZipFile) as error:
        raise MediaError(
            f"The body model '{path.name}' is damaged: {error}; write or copy it again."
        ) from None
    return content if isinstance(content, dict) else {}


def _model(parts: Mapping[str, NDArray[Any]]) -> SmplModel:
    parents = parts["kintree_table"][0].astype(np.int64)
    above = tuple(-1 if joint == 0 else int(parent) for joint, parent in enumerate(parents))
    return SmplModel(
        template_m=parts["v_template"].astype(np.float64),
        shapes_m=parts["shapedirs"].astype(np.float64),
        triangles=parts["f"].astype(np.int32),
        weights=parts["weights"].astype(np.float64),
        regressor=parts["J_regressor"].astype(np.float64),
        correctives=parts["posedirs"].astype(np.float64),
        parents=above,
    )


def _check(model: SmplModel, name: str) -> None:
    joints, vertices = len(model.parents), len(model.template_m)
    if joints not in JOINT_NAMES:
        raise MediaError(
            f"The body model '{name}' has {joints} joints; SMPL has 24, SMPL-H 52 and "
            "SMPL-X 55; give one of these."
        )
    shapes = {
        "v_template": (model.template_m.shape, (vertices, 3)),
        "f": (model.triangles.shape, (len(model.triangles), 3)),
        "weights": (model.weights.shape, (vertices, joints)),
        "J_regressor": (model.regressor.shape, (joints, vertices)),
        "shapedirs": (model.shapes_m.shape[:2], (vertices, 3)),
        "posedirs": (model.correctives.shape, (vertices, 3, 9 * (joints - 1))),
    }
    wrong = [key for key, (found, right) in shapes.items() if found != right]
    drawn = model.triangles
    if wrong or not drawn.size or not 0 <= drawn.min() <= drawn.max() < vertices:
        raise MediaError(
            f"In the body model '{name}' {', '.join(wrong) or 'f'} does not fit {vertices} "
            f"vertices and {joints} joints; the file is damaged or of another kind."
        )
    if any(not -1 <= above < joint for joint, above in enumerate(model.parents)):
        raise MediaError(
            f"In the body model '{name}' a joint comes before its parent; write or copy it again."
        )
    _check_values(model, name)


def _check_values(model: SmplModel, name: str) -> None:
    values = (model.template_m, model.shapes_m, model.regressor, model.correctives, model.weights)
    if not all(np.isfinite(one).all() for one in values):
        raise MediaError(
            f"The body model '{name}' holds what is no finite number; write or copy it again."
        )
    if (model.weights < 0).any() or np.abs(model.weights.sum(axis=1) - 1).max() > _WHOLE:
        raise MediaError(
            f"In the body model '{name}' the weights of a vertex are below 0 or do not add up "
            "to 1; write or copy it again."
        )
