"""`mimo::ReferenceAttention`: a frame's tokens attend to themselves and to the character.

Inputs `query`, `key`, `value` [rows, length, width] and `reference_key`, `reference_value`
[reference_length, width]; attributes `heads` and `plain_rows`. The first `plain_rows` rows (the
unconditional half) see only their own tokens; all others see the reference's too, after their
own. Output [rows, length, width]. Source: MIMO release, mutual self-attention.
"""

import numpy as np

from mimo_kernels.attention import Array, attention_fp64

NAME = "ReferenceAttention"
ATTRIBUTES = ("heads", "plain_rows")


def reference_attention_fp64(
    query: Array,
    key: Array,
    value: Array,
    reference_key: Array,
    reference_value: Array,
    heads: int,
    plain_rows: int,
) -> Array:
    """The operator in fp64; shapes as in the module's text."""
    plain = slice(None, plain_rows)
    told = slice(plain_rows, None)
    count = len(query) - plain_rows
    keys, values = (
        np.concatenate([own[told], np.repeat(extra[None], count, axis=0)], axis=1)
        for own, extra in ((key, reference_key), (value, reference_value))
    )
    return np.concatenate(
        [
            attention_fp64(query[plain], key[plain], value[plain], heads),
            attention_fp64(query[told], keys, values, heads),
        ]
    )
