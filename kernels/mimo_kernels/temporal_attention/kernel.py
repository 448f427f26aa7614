# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-calls, allow-untyped-decorators
"""The attention of `mimo_kernels.temporal_attention`, in Triton: rows are frames, none is moved.

A program owns `pixel_tile` pixels x `head_tile` heads of one branch; each is one matrix of a
batched
product: scores [frames, frames], softmax, mixed [frames, head_size]. A head is walked through in
`pieces` pieces of `main` columns and one of `rest` (0: none), so that a head of 40, 80 or 160
columns needs no padding to a power of two. Frames that nobody attends to are not read as keys and
values: whatever lies there, even NaN, has no effect.
"""

import triton
import triton.language as tl


@triton.jit
def load_piece(source, table, column, live, positions: tl.constexpr):
    """Columns of each head at its pixel, all frames; positions are added in fp32."""
    piece = tl.load(source + column, live, 0.0)
    if positions:
        added = tl.load(table + column, live, 0.0)
        piece = (piece.to(tl.float32) + added.to(tl.float32)).to(piece.dtype)
    return piece


@triton.jit
def score_piece(
    scores, query, key, q_pos, k_pos, column, queried, attended,
    positions: tl.constexpr,
):  # fmt: skip
    """`scores` [places, frames, frames] plus what some columns add to them."""
    q = load_piece(query, q_pos, column, queried, positions)
    k = load_piece(key, k_pos, column, attended, positions)
    return tl.dot(q, tl.permute(k, (0, 2, 1)), scores, input_precision="ieee")


@triton.jit
def softmax(scores, heard, scale: tl.constexpr):
    """Weights among the frames that are `heard`; `scale` holds log2(e)."""
    scores = tl.where(heard, scores * scale, float("-inf"))
    weights = tl.exp2(scores - tl.max(scores, 2, keep_dims=True))
    return weights / tl.sum(weights, 2, keep_dims=True)


@triton.jit
def attend(
    query, key, value, q_pos, k_pos, v_pos, output, queried, attended, heard,
    positions: tl.constexpr, head_size: tl.constexpr, scale: tl.constexpr,
    main: tl.constexpr, pieces: tl.constexpr, rest: tl.constexpr,
):  # fmt: skip
    """Pointers are at column 0 of each head; the first values are on their way from the start."""
    column = tl.arange(0, main)[None, None, :]
    last = pieces * main + tl.arange(0, rest if rest else 1)[None, None, :]
    inside = column < head_size
    v = load_piece(value, v_pos, column, attended & inside, positions)
    scores = tl.zeros([queried.shape[0], queried.shape[1], queried.shape[1]], tl.float32)
    for piece in range(pieces):
        moved = piece * main + column
        inside = moved < head_size
        scores = score_piece(
            scores, query, key, q_pos, k_pos, moved, queried & inside, attended & inside,
            positions,
        )  # fmt: skip
    if rest:
        inside = last < head_size
        scores = score_piece(
            scores, query, key, q_pos, k_pos, last, queried & inside, attended & inside,
            positions,
        )  # fmt: skip
    weights = softmax(scores, heard, scale).to(v.dtype)
    mixed = tl.dot(weights, v, input_precision="ieee")
    tl.store(output + column, mixed.to(v.dtype), queried & (column < head_size))
    for piece in range(1, pieces):
        moved = piece * main + column
        v = load_piece(value, v_pos, moved, attended & (moved < head_size), positions)
        mixed = tl.dot(weights, v, input_precision="ieee")
        tl.store(output + moved, mixed.to(v.dtype), queried & (moved < head_size))
    if rest:
        v = load_piece(value, v_pos, last, attended & (last < head_size), positions)
        mixed = tl.dot(weights, v, input_precision="ieee")
        tl.store(output + last, mixed.to(v.dtype), queried & (last < head_size))


@triton.jit
def temporal_positions_kernel(
    query, key, value, frame_mask, q_pos, k_pos, v_pos, output,
    positions: tl.constexpr, frames: tl.constexpr, length: tl.constexpr, heads: tl.constexpr,
    head_size: tl.constexpr, scale: tl.constexpr, query_row: tl.constexpr,
    query_token: tl.constexpr, key_row: tl.constexpr, key_token: tl.constexpr,
    value_row: tl.constexpr, value_token: tl.constexpr, output_row: tl.constexpr,
    output_token: tl.constexpr, position_row: tl.constexpr, wide_offsets: tl.constexpr,
    frame_tile: tl.constexpr, pixel_tile: tl.constexpr, head_tile: tl.constexpr,
    main: tl.constexpr, pieces: tl.constexpr, rest: tl.constexpr,
):  # fmt: skip
    """Grid (pixel tiles x head tiles, branches): heads of a pixel share sectors, so they go first.

    `*_row` and `*_token` are strides in elements; `scale` is log2(e) / sqrt(head_size).
    """
    head_tiles: tl.constexpr = (heads + head_tile - 1) // head_tile
    product = tl.arange(0, pixel_tile * head_tile)[:, None, None]
    pixel = tl.program_id(0) // head_tiles * pixel_tile + product // head_tile
    head = tl.program_id(0) % head_tiles * head_tile + product % head_tile
    # The hint keeps the compiler from merging the mask's bytes into loads of two.
    order = tl.max_contiguous(tl.arange(0, frame_tile), 1)
    heard = tl.load(frame_mask + order, order < frames, 0) != 0
    frame = tl.arange(0, frame_tile)[None, :, None]
    inside = (pixel < length) & (head < heads)
    row = tl.program_id(1).to(tl.int64) * frames
    table = frame * position_row + head * head_size
    if wide_offsets:
        pixel = pixel.to(tl.int64)
        frame = frame.to(tl.int64)
    attend(
        query + row * query_row + (frame * query_row + pixel * query_token + head * head_size),
        key + row * key_row + (frame * key_row + pixel * key_token + head * head_size),
        value + row * value_row + (frame * value_row + pixel * value_token + head * head_size),
        q_pos + table,
        k_pos + table,
        v_pos + table,
        output + row * output_row + (frame * output_row + pixel * output_token + head * head_size),
        inside & (frame < frames), inside & heard[None, :, None], heard[None, None, :],
        positions, head_size, scale, main, pieces, rest,
    )  # fmt: skip


@triton.jit
def temporal_attention_kernel(
    query, key, value, frame_mask, output,
    positions: tl.constexpr, frames: tl.constexpr, length: tl.constexpr, heads: tl.constexpr,
    head_size: tl.constexpr, scale: tl.constexpr, query_row: tl.constexpr,
    query_token: tl.constexpr, key_row: tl.constexpr, key_token: tl.constexpr,
    value_row: tl.constexpr, value_token: tl.constexpr, output_row: tl.constexpr,
    output_token: tl.constexpr, position_row: tl.constexpr, wide_offsets: tl.constexpr,
    frame_tile: tl.constexpr, pixel_tile: tl.constexpr, head_tile: tl.constexpr,
    main: tl.constexpr, pieces: tl.constexpr, rest: tl.constexpr,
):  # fmt: skip
    """The same without tables: `query`, `key` and `value` hold their positions already."""
    temporal_positions_kernel(
        query, key, value, frame_mask, query, key, value, output,
        positions, frames, length, heads, head_size, scale, query_row, query_token,
        key_row, key_token, value_row, value_token, output_row, output_token, position_row,
        wide_offsets, frame_tile, pixel_tile, head_tile, main, pieces, rest,
    )  # fmt: skip
