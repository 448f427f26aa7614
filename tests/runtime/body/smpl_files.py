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


def smplh_arrays() -> dict[str, np.ndarray]:
    """The same with 15 finger joints a hand instead of one; they all lie in the wrist."""
    parents = SMPL_PARENTS[:22]
    for wrist in (20, 21):
        for _ in range(5):
            parents = [*parents, wrist, len(parents), len(parents) + 1]
    arrays, random = smpl_arrays(), np.random.default_rng(1)
    weights = np.zeros((VERTICES, 52))
    weights[:, :24] = arrays["weights"]
    wrists = [20 if joint < 37 else 21 for joint in range(22, 52)]
    return arrays | {
        "weights": weights,
        "kintree_table": np.stack([parents, np.arange(52)]),
        "J_regressor": np.eye(VERTICES)[[*range(22), *wrists]],
        "posedirs": random.normal(size=(VERTICES, 3, 9 * 51)) * 0.001,
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
