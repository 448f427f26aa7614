"""Conjugate gradients on the surface, against a dense solution of the same equations."""

import numpy as np

from mimo_runtime.characters import spread as room
from mimo_runtime.characters.spread import Links, spread

SIDE = 7


def grid():
    """A square of SIDE x SIDE vertices; each one's twin is across the middle."""
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    triangles = np.concatenate(
        [np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (b, d, c))]
    ).astype(np.int32)
    return triangles, number[:, ::-1].reshape(-1).astype(np.int64)


def dense(target, weight, triangles, twins):
    count = len(target)
    near = np.zeros((count, count))
    for pair in ([0, 1], [1, 2], [2, 0]):
        near[triangles[:, pair[0]], triangles[:, pair[1]]] = 1
    near = np.maximum(near, near.T)
    laplacian = np.diag(near.sum(1)) - near
    likeness = np.eye(count) - np.eye(count)[twins]
    system = np.diag(weight + room._REST) + room._SMOOTHNESS * laplacian
    return np.linalg.solve(system + 2 * room._LIKENESS * likeness, weight * target)


def test_it_solves_the_equations_whatever_it_starts_from():
    random = np.random.default_rng(4)
    triangles, twins = grid()
    target = random.normal(size=len(twins))
    weight = np.where(random.random(len(twins)) < 0.2, 1.0, 0.0)
    truth = dense(target, weight, triangles, twins)
    links = Links.of(triangles, twins)
    for start in (np.zeros(len(twins)), random.normal(size=len(twins))):
        found = spread(target, weight, start, links)
        np.testing.assert_allclose(found, truth, atol=1e-6)


def test_nothing_known_is_nothing_moved():
    triangles, twins = grid()
    nothing = np.zeros(len(twins))
    assert not spread(nothing, nothing, nothing, Links.of(triangles, twins)).any()
