"""Scaled dot-product attention in fp64: the reference that every attention is compared with."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DOMAIN = "mimo"
DOMAIN_VERSION = 1


def attention_fp64(q: Array, k: Array, v: Array, heads: int, mask: Array | None = None) -> Array:
    """softmax(q k' / sqrt(size) + mask) v.

    q [rows, lq, heads * size], k and v [rows, lk, heads * size]; `mask` [lk] is added to the
    scores (0 or -inf). Returns [rows, lq, heads * size].
    """
    qh, kh, vh = (_split(np.asarray(t, np.float64), heads) for t in (q, k, v))
    scores = qh @ kh.swapaxes(-1, -2) / np.sqrt(qh.shape[-1])
    if mask is not None:
        scores = scores + mask
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    mixed: Array = (weights @ vh).swapaxes(1, 2).reshape(q.shape)
    return mixed


def _split(x: Array, heads: int) -> Array:
    rows, length, width = x.shape
    return x.reshape(rows, length, heads, width // heads).swapaxes(1, 2)
