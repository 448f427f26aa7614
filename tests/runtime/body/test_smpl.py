"""A body model that the user brings."""

import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.body.smpl import read_smpl, smpl_body
from mimo_runtime.errors import MediaError
from tests.runtime.body.smpl_files import VERTICES, smpl_arrays


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    np.savez(path, **smpl_arrays())
    return path


def test_the_model_is_posed_as_published(model_file: Path) -> None:
    """The formula of the SMPL paper, written out plainly, with all joints of every vertex."""
    arrays, model = smpl_arrays(), read_smpl(model_file)
    betas, random = np.array([1.0, -0.5, 2]), np.random.default_rng(7)
    rotations = from_axis_angle(random.normal(size=(24, 3)) * 0.4)
    body = smpl_body(model, betas)
    shaped = arrays["v_template"] + arrays["shapedirs"] @ betas
    joints = arrays["J_regressor"] @ shaped
    rest = shaped + arrays["posedirs"] @ (rotations[1:] - np.eye(3)).reshape(-1)
    placed = transforms_of(body.skeleton, Pose(joints[0], rotations))
    places = np.einsum("jab,vjb->vja", placed.turns, rest[:, None] - joints) + placed.joints_m
    expected = np.einsum("vj,vja->va", arrays["weights"], places)
    np.testing.assert_allclose(pose_vertices(body, Pose(joints[0], rotations)), expected, atol=1e-6)


def test_soles_stand_on_the_ground_and_names_are_those_of_smpl(model_file: Path) -> None:
    body = smpl_body(read_smpl(model_file))
    assert body.vertices_m[:, 1].min() == pytest.approx(0)
    assert body.skeleton.names[:3] == ("pelvis", "left_hip", "right_hip")
    assert body.skeleton.parents[:4] == (-1, 0, 0, 0)
    np.testing.assert_allclose(body.weights.sum(axis=1), 1)


def test_shape_numbers_beyond_the_model_are_left_out(model_file: Path) -> None:
    model = read_smpl(model_file)
    np.testing.assert_array_equal(model.vertices_m(np.arange(16)), model.vertices_m(np.arange(3)))


def test_a_pickle_with_sparse_and_chumpy_arrays_is_read(
    tmp_path: Path, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = smpl_arrays()
    columns = _foreign(monkeypatch, "scipy.sparse.csc", "csc_matrix")()
    rows = np.arange(24)
    columns.__dict__ |= {
        "data": np.ones(24), "indices": rows, "_shape": (24, VERTICES),
        "indptr": np.minimum(np.arange(VERTICES + 1), 24),
    }  # fmt: skip
    chumpy = _foreign(monkeypatch, "chumpy.ch", "Ch")()
    chumpy.x = arrays["shapedirs"]
    for protocol in (0, 2, 4):
        path = tmp_path / f"model{protocol}.pkl"
        content = arrays | {"J_regressor": columns, "shapedirs": chumpy, "bs_style": "lbs"}
        path.write_bytes(pickle.dumps(content, protocol))
        read, plain = read_smpl(path), read_smpl(model_file)
        for name in ("template_m", "shapes_m", "regressor", "weights", "correctives"):
            np.testing.assert_array_equal(getattr(read, name), getattr(plain, name))


def _foreign(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> type:
    """A class that pickles as one of a package that need not be installed."""
    kind = type(name, (), {"__module__": module, "__qualname__": name})
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        place = types.ModuleType(".".join(parts[:end]))
        monkeypatch.setitem(sys.modules, place.__name__, place)
    setattr(place, name, kind)
    return kind


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": None}, "has no weights; it is no model of SMPL"),
        ({"weights": np.ones((VERTICES, 23))}, "weights does not fit 40 vertices and 24 joints"),
        ({"f": np.array([[0, 1, VERTICES]])}, "f does not fit"),
        ({"kintree_table": np.zeros((2, 7), int)}, "has 7 joints; SMPL has 24"),
        ({"kintree_table": np.full((2, 24), 23)}, "a joint comes before its parent"),
        ({"v_template": np.zeros(3)}, "does not fit|odd arrays"),
        ({"v_template": np.array(["a"])}, "odd arrays"),
        ({"kintree_table": np.zeros((0, 24), int)}, "odd arrays"),
        ({"f": np.zeros((0, 3), int)}, "f does not fit"),
        ({"shapedirs": np.full((VERTICES, 3, 2), np.nan)}, "no finite number"),
        ({"weights": np.zeros((VERTICES, 24))}, "do not add up to 1"),
    ],
)
def test_a_model_that_does_not_fit_is_a_sentence(tmp_path: Path, change: dict, words: str) -> None:
    arrays = {k: v for k, v in (smpl_arrays() | change).items() if v is not None}
    np.savez(tmp_path / "odd.npz", **arrays)
    with pytest.raises(MediaError, match=words):
        read_smpl(tmp_path / "odd.npz")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"nonsense", b"\x80\x02]q\x00."])
def test_a_file_that_is_no_model_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.pkl").write_bytes(data)
    with pytest.raises(MediaError, match="body model"):
        read_smpl(tmp_path / "x.pkl")


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"Cannot read the body model .*No such file"):
        read_smpl(tmp_path / "x.npz")
