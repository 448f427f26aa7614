"""How the temporal attention cuts a head and its work."""

import pytest

from mimo_kernels.launch import Dtype
from mimo_kernels.temporal_attention.contract import TemporalProblem, launches
from mimo_kernels.temporal_attention.tiles import pieces


@pytest.mark.parametrize(
    ("head_size", "columns", "wanted"),
    [
        (40, 32, (32, 1, 16)),
        (80, 32, (32, 2, 16)),
        (160, 32, (32, 5, 0)),
        (80, 64, (64, 1, 16)),
        (64, 32, (32, 2, 0)),
        (8, 32, (16, 1, 0)),
        (24, 32, (32, 1, 0)),
        (40, 16, (16, 2, 16)),
    ],
)
def test_pieces(head_size: int, columns: int, wanted: tuple[int, int, int]) -> None:
    assert tuple(pieces(head_size, columns).values()) == wanted


@pytest.mark.parametrize("columns", [16, 32, 64])
def test_pieces_hold_every_column_once(columns: int) -> None:
    for head_size in range(8, 257):
        main, count, rest = pieces(head_size, columns).values()
        assert (count - 1) * main + bool(rest) * main < head_size <= count * main + rest
        assert all(size & (size - 1) == 0 for size in (main, rest))
        assert main >= 16
        assert rest == 0 or rest >= 16


@pytest.mark.parametrize("dtype", ["fp16", "bf16", "fp32"])
@pytest.mark.parametrize("heads", [1, 2, 3, 5, 8])
def test_a_grid_covers_every_pixel_and_head(heads: int, dtype: Dtype) -> None:
    for head_size in (16, 40, 80, 160):
        problem = TemporalProblem.contiguous(2, 24, 13, heads, head_size)
        for launch in launches(problem, dtype, "sm_90"):
            pixel_tile, head_tile = (
                int(launch.constants[name]) for name in ("pixel_tile", "head_tile")
            )
            assert launch.warps == pixel_tile * head_tile
            assert launch.grid[0] == -(-13 // pixel_tile) * -(-heads // head_tile)
            assert launch.grid[1:] == (2, 1)


def test_offsets_are_wide_only_where_they_must_be() -> None:
    level, far = (
        TemporalProblem.contiguous(2, 24, length, 8, 40) for length in (98 * 98, 600 * 600)
    )
    assert not launches(level, "fp16", "sm_90")[0].constants["wide_offsets"]
    assert launches(far, "fp16", "sm_90")[0].constants["wide_offsets"]
