"""What the nodes of domain `mimo` mean, in standard operators.

Each exported file carries these as model-local functions: ONNX Runtime and TensorRT-RTX inline
them, while an engine that has the plugin takes the node as it is.
"""

import onnx
from onnx import parser

from mimo_kernels import attention
from mimo_kernels.reference_attention import contract as reference_attention
from mimo_kernels.temporal_attention import contract as temporal_attention
from mimo_networks.operators import PLUGIN_ATTRIBUTES

OPSET = 23
CONTRIB = "com.microsoft"

_TEMPORAL = """
(query, key, value, frame_mask) => (output)
{
    length = Shape <start: int = 1, end: int = 2> (query)
    width = Shape <start: int = 2, end: int = 3> (query)
    frames = Shape (frame_mask)
    rest = Constant <value_ints: ints = [-1]> ()
    by_frame = Concat <axis: int = 0> (rest, frames, length, width)
    by_pixel = Concat <axis: int = 0> (rest, frames, width)
    back = Concat <axis: int = 0> (rest, length, frames, width)
    rows = Shape (query)
    q4 = Reshape (query, by_frame)
    k4 = Reshape (key, by_frame)
    v4 = Reshape (value, by_frame)
    qt = Transpose <perm: ints = [0, 2, 1, 3]> (q4)
    kt = Transpose <perm: ints = [0, 2, 1, 3]> (k4)
    vt = Transpose <perm: ints = [0, 2, 1, 3]> (v4)
    q = Reshape (qt, by_pixel)
    k = Reshape (kt, by_pixel)
    v = Reshape (vt, by_pixel)
    square = Concat <axis: int = 0> (frames, frames)
    mask = Expand (frame_mask, square)
    mixed = Attention <q_num_heads: int = @heads, kv_num_heads: int = @heads> (q, k, v, mask)
    m4 = Reshape (mixed, back)
    mt = Transpose <perm: ints = [0, 2, 1, 3]> (m4)
    output = Reshape (mt, rows)
}
"""

# ONNX Runtime's standard Attention keeps all scores of a row at once, gigabytes at 784 px; its
# MultiHeadAttention works in tiles and TensorRT-RTX parses it as well.
_MULTI_HEAD = "com.microsoft.MultiHeadAttention <num_heads: int = @heads>"

_TOLD_NOTHING = f"""
(query, key, value, reference_key, reference_value) => (output)
{{{{
    output = {_MULTI_HEAD} (query, key, value)
}}}}
"""

_TOLD_ALL = f"""
(query, key, value, reference_key, reference_value) => (output)
{{{{
    batch = Constant <value_ints: ints = [{{conditional_rows}}, 1, 1]> ()
    key_reference = Expand (reference_key, batch)
    value_reference = Expand (reference_value, batch)
    keys = Concat <axis: int = 1> (key, key_reference)
    values = Concat <axis: int = 1> (value, value_reference)
    output = {_MULTI_HEAD} (query, keys, values)
}}}}
"""

_TOLD_HALF = f"""
(query, key, value, reference_key, reference_value) => (output)
{{{{
    rows = Constant <value_ints: ints = [{{unconditional_rows}}, {{conditional_rows}}]> ()
    batch = Constant <value_ints: ints = [{{conditional_rows}}, 1, 1]> ()
    query_plain, query_told = Split <axis: int = 0> (query, rows)
    key_plain, key_told = Split <axis: int = 0> (key, rows)
    value_plain, value_told = Split <axis: int = 0> (value, rows)
    key_reference = Expand (reference_key, batch)
    value_reference = Expand (reference_value, batch)
    keys = Concat <axis: int = 1> (key_told, key_reference)
    values = Concat <axis: int = 1> (value_told, value_reference)
    alone = {_MULTI_HEAD} (query_plain, key_plain, value_plain)
    seeing = {_MULTI_HEAD} (query_told, keys, values)
    output = Concat <axis: int = 0> (alone, seeing)
}}}}
"""


def temporal_function() -> onnx.FunctionProto:
    """`mimo::TemporalAttention` in operators of opset 23."""
    return _function(temporal_attention.NAME, temporal_attention.ATTRIBUTES, _TEMPORAL)


def reference_function(unconditional_rows: int, conditional_rows: int) -> onnx.FunctionProto:
    """`mimo::ReferenceAttention` for rows of which the first `unconditional_rows` are told nothing.

    The body is made for one file, whose shapes are fixed; operators refuse empty batches, so
    files where all rows or none are told have bodies of their own.
    """
    text = (
        _TOLD_NOTHING if not conditional_rows else _TOLD_HALF if unconditional_rows else _TOLD_ALL
    )
    body = text.format(unconditional_rows=unconditional_rows, conditional_rows=conditional_rows)
    return _function(reference_attention.NAME, reference_attention.ATTRIBUTES, body)


def _function(name: str, attributes: tuple[str, ...], body: str) -> onnx.FunctionProto:
    declared = ", ".join((*attributes, *PLUGIN_ATTRIBUTES))
    domain = attention.DOMAIN
    header = f'<domain: "{domain}", opset_import: ["" : {OPSET}, "{CONTRIB}" : 1]>'
    return parser.parse_function(f"{header}\n{name} <{declared}> {body}")
