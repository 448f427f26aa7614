"""Tiny files in the layout of SMPL's, of random numbers."""

import numpy as np

VERTICES, SHAPES = 40, 3
SMPL_PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
SMPL_PLACES = [
    (0, 0.9, 0), (0.09, 0.82, 0), (-0.09, 0.82, 0), (0, 1.0, 0), (0.1, 0.45, 0), (-0.1, 0.45, 0),
    (0, 1.13, 0), (0.1, 0.06, 0), (-0.1, 0.06, 0), (0, 1.2, 0), (0.1, 0.0, 0.12), (-0.1, 0, 0.12),
    (0, 1.4, 0), (0.07, 1.33, 0), (-0.07, 1.33, 0), (0, 1.5, 0), (0.18, 1.33, 0), (-0.18, 1.33, 0),
    (0.44, 1.33, 0), (-0.44, 1.33, 0), (0.69, 1.33, 0), (-0.69, 1.33, 0), (0.77, 1.33, 0),
    (-0.77, 1.33, 0),
]  # fmt: skip


HEAD, WRISTS = 15, (20, 21)


def smplh_arrays() -> dict[str, np.ndarray]:
    """The same with 15 finger joints a hand instead of one; they all lie in the wrist."""
    return _with_hands([])


def smplx_arrays() -> dict[str, np.ndarray]:
    """The same with jaw and eyes, which lie in the head, before the fingers, and 400 shapes."""
    arrays = _with_hands([HEAD] * 3)
    more = np.zeros((VERTICES, 3, 400))
    more[..., :SHAPES] = arrays["shapedirs"]
    return arrays | {"shapedirs": more, "hands_meanl": np.zeros(45), "lmk_faces_idx": np.zeros(51)}


def _with_hands(face: list[int]) -> dict[str, np.ndarray]:
    """Joints that hang from the body's 22: `face` by what carries them, then the fingers."""
    parents, carriers = [*SMPL_PARENTS[:22], *face], [*range(22), *face]
    for wrist in WRISTS:
        for _ in range(5):
            parents = [*parents, wrist, len(parents), len(parents) + 1]
        carriers += [wrist] * 15
    count = len(parents)
    arrays, random = smpl_arrays(), np.random.default_rng(1)
    weights = np.zeros((VERTICES, count))
    weights[:, :22] = arrays["weights"][:, :22]
    weights[:, WRISTS] += arrays["weights"][:, 22:24]
    return arrays | {
        "weights": weights,
        "kintree_table": (np.stack([parents, np.arange(count)]) % 2**32).astype(np.uint32),
        "J_regressor": np.eye(VERTICES)[carriers],
        "posedirs": random.normal(size=(VERTICES, 3, 9 * (count - 1))) * 0.001,
    }


def smpl_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """A T-posed model whose first 24 vertices are its joints."""
    random = np.random.default_rng(seed)
    template = np.concatenate([SMPL_PLACES, random.uniform(-0.1, 1.4, (16, 3))])
    strongest = random.permuted(np.tile(np.arange(24) < 4, (VERTICES, 1)), axis=1)
    weights = random.random((VERTICES, 24)) * strongest
    parents = np.array(SMPL_PARENTS)
    kinematic = np.stack([parents, np.arange(24)]).astype(np.int64)
    return {
        "v_template": template,
        "f": np.array([random.permutation(VERTICES)[:3] for _ in range(50)], np.uint32),
        "weights": weights / weights.sum(axis=1, keepdims=True),
        "kintree_table": (kinematic % 2**32).astype(np.uint32),
        "J_regressor": np.eye(24, VERTICES),
        "shapedirs": random.normal(size=(VERTICES, 3, SHAPES)) * 0.01,
        "posedirs": random.normal(size=(VERTICES, 3, 9 * 23)) * 0.001,
    }
