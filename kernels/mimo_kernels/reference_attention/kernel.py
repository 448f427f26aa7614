# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-calls, allow-untyped-decorators
"""The two-source flash attention of `mimo_kernels.reference_attention`, in Triton.

A program owns `query_tile` tokens of one head of one row. It walks over the row's own keys, then
over the reference's, with one running softmax; nothing is concatenated. A head is held in two
pieces of `main` and `rest` columns (rest 0: one piece), so that a head of 40, 80 or 160 columns
needs no padding to a power of two. Source: FlashAttention-2, arXiv 2307.08691, algorithm 1.
"""

import triton
import triton.language as tl


@triton.jit
def load_piece(
    base,
    tokens,
    token_stride: tl.constexpr,
    first: tl.constexpr,
    count: tl.constexpr,
    length: tl.constexpr,
    head_size: tl.constexpr,
    masked: tl.constexpr,
):
    """Columns first..first + count of a head at `tokens`; 0 outside head and length."""
    columns = first + tl.arange(0, count)[None, :]
    pointers = base + tokens[:, None] * token_stride + columns
    if masked:
        if first + count > head_size:
            piece = tl.load(pointers, (tokens[:, None] < length) & (columns < head_size), 0.0)
        else:
            piece = tl.load(pointers, tokens[:, None] < length, 0.0)
    else:
        if first + count > head_size:
            piece = tl.load(pointers, columns < head_size, 0.0)
        else:
            piece = tl.load(pointers)
    return piece


@triton.jit
def with_ones(piece, first: tl.constexpr, count: tl.constexpr, head_size: tl.constexpr):
    """V's last piece with 1 in the padding column behind the head."""
    columns = first + tl.arange(0, count)[None, :]
    return tl.where(columns == head_size, 1.0, piece.to(tl.float32)).to(piece.dtype)


@triton.jit
def attend_tile(
    query_main,
    query_rest,
    sum_main,
    sum_rest,
    row_sum,
    row_max,
    key,
    value,
    start,
    key_stride: tl.constexpr,
    value_stride: tl.constexpr,
    length: tl.constexpr,
    head_size: tl.constexpr,
    scale: tl.constexpr,
    key_tile: tl.constexpr,
    main: tl.constexpr,
    rest: tl.constexpr,
    ones: tl.constexpr,
    masked: tl.constexpr,
):
    """The running sums and maximum after one tile of keys; `scale` holds log2(e)."""
    tokens = start + tl.arange(0, key_tile)
    piece = load_piece(key, tokens, key_stride, 0, main, length, head_size, masked)
    scores = tl.dot(query_main, tl.trans(piece), input_precision="ieee")
    if rest:
        piece = load_piece(key, tokens, key_stride, main, rest, length, head_size, masked)
        scores = tl.dot(query_rest, tl.trans(piece), scores, input_precision="ieee")
    if masked:
        scores = tl.where(tokens[None, :] < length, scores, float("-inf"))
    new_max = tl.maximum(row_max, tl.max(scores, 1) * scale)
    weights = tl.exp2(scores * scale - new_max[:, None])
    shrink = tl.exp2(row_max - new_max)
    if not ones:
        row_sum = row_sum * shrink + tl.sum(weights, 1)
    piece = load_piece(value, tokens, value_stride, 0, main, length, head_size, masked)
    weights = weights.to(piece.dtype)
    if ones and not rest:
        piece = with_ones(piece, 0, main, head_size)
    sum_main = tl.dot(weights, piece, sum_main * shrink[:, None], input_precision="ieee")
    if rest:
        piece = load_piece(value, tokens, value_stride, main, rest, length, head_size, masked)
        if ones:
            piece = with_ones(piece, main, rest, head_size)
        sum_rest = tl.dot(weights, piece, sum_rest * shrink[:, None], input_precision="ieee")
    return sum_main, sum_rest, row_sum, new_max


@triton.jit
def attend(
    query_main,
    query_rest,
    sum_main,
    sum_rest,
    row_sum,
    row_max,
    key,
    value,
    key_stride: tl.constexpr,
    value_stride: tl.constexpr,
    length: tl.constexpr,
    head_size: tl.constexpr,
    scale: tl.constexpr,
    key_tile: tl.constexpr,
    main: tl.constexpr,
    rest: tl.constexpr,
    ones: tl.constexpr,
    peel: tl.constexpr,
):
    """The running sums and maximum after all keys of one source.

    With `peel` the last, partly empty tile has code of its own; without, every tile is masked,
    which takes fewer registers.
    """
    whole: tl.constexpr = length // key_tile * key_tile if peel else length
    masked: tl.constexpr = length % key_tile > 0 and not peel
    for start in tl.range(0, whole, key_tile):
        sum_main, sum_rest, row_sum, row_max = attend_tile(
            query_main, query_rest, sum_main, sum_rest, row_sum, row_max, key, value, start,
            key_stride, value_stride, length, head_size, scale, key_tile, main, rest, ones, masked,
        )  # fmt: skip
    if whole < length:
        sum_main, sum_rest, row_sum, row_max = attend_tile(
            query_main, query_rest, sum_main, sum_rest, row_sum, row_max, key, value, whole,
            key_stride, value_stride, length, head_size, scale, key_tile, main, rest, ones, True,
        )  # fmt: skip
    return sum_main, sum_rest, row_sum, row_max


@triton.jit
def store_piece(
    base,
    tokens,
    piece,
    token_stride: tl.constexpr,
    first: tl.constexpr,
    count: tl.constexpr,
    length: tl.constexpr,
    head_size: tl.constexpr,
):
    """Write columns first..first + count of a head, rounded to the output's dtype."""
    columns = first + tl.arange(0, count)[None, :]
    pointers = base + tokens[:, None] * token_stride + columns
    inside = (tokens[:, None] < length) & (columns < head_size)
    tl.store(pointers, piece.to(base.dtype.element_ty), inside)


@triton.jit
def reference_attention_kernel(
    query,
    key,
    value,
    reference_key,
    reference_value,
    output,
    unconditional_rows: tl.constexpr,
    length: tl.constexpr,
    reference_length: tl.constexpr,
    head_size: tl.constexpr,
    query_row: tl.constexpr,
    query_token: tl.constexpr,
    key_row: tl.constexpr,
    key_token: tl.constexpr,
    value_row: tl.constexpr,
    value_token: tl.constexpr,
    reference_key_token: tl.constexpr,
    reference_value_token: tl.constexpr,
    output_row: tl.constexpr,
    output_token: tl.constexpr,
    scale: tl.constexpr,
    query_tile: tl.constexpr,
    key_tile: tl.constexpr,
    main: tl.constexpr,
    rest: tl.constexpr,
    ones: tl.constexpr,
    peel: tl.constexpr,
):
    """Grid (query tiles, heads, rows): neighbours in time share one head's keys in the cache.

    `*_row` and `*_token` are strides in elements; `scale` is log2(e) / sqrt(head_size).
    """
    tokens = tl.program_id(0) * query_tile + tl.arange(0, query_tile)
    column = tl.program_id(1) * head_size
    row = tl.program_id(2).to(tl.int64)
    query += row * query_row + column
    query_main = load_piece(query, tokens, query_token, 0, main, length, head_size, True)
    query_rest = query_main
    sum_main = tl.zeros([query_tile, main], tl.float32)
    sum_rest = sum_main
    if rest:
        query_rest = load_piece(query, tokens, query_token, main, rest, length, head_size, True)
        sum_rest = tl.zeros([query_tile, rest], tl.float32)
    row_sum = tl.zeros([query_tile], tl.float32)
    row_max = tl.full([query_tile], float("-inf"), tl.float32)
    sum_main, sum_rest, row_sum, row_max = attend(
        query_main, query_rest, sum_main, sum_rest, row_sum, row_max,
        key + row * key_row + column, value + row * value_row + column, key_token, value_token,
        length, head_size, scale, key_tile, main, rest, ones, peel,
    )  # fmt: skip
    if reference_length:  # noqa: SIM102 - the outer one is decided by the compiler
        if row >= unconditional_rows:
            sum_main, sum_rest, row_sum, row_max = attend(
                query_main, query_rest, sum_main, sum_rest, row_sum, row_max,
                reference_key + column, reference_value + column,
                reference_key_token, reference_value_token,
                reference_length, head_size, scale, key_tile, main, rest, ones, peel,
            )  # fmt: skip
    if ones:
        last = sum_rest if rest else sum_main
        columns = (main if rest else 0) + tl.arange(0, rest if rest else main)[None, :]
        row_sum = tl.sum(tl.where(columns == head_size, last, 0.0), 1)
    output += row * output_row + column
    store_piece(output, tokens, sum_main / row_sum[:, None], output_token, 0, main, length,
                head_size)  # fmt: skip
    if rest:
        store_piece(output, tokens, sum_rest / row_sum[:, None], output_token, main, rest,
                    length, head_size)  # fmt: skip
