"""Every row of the table is a launch that the kernel and a GPU can take."""

import math

import pytest

from mimo_kernels.reference_attention.contract import ReferenceProblem, launches
from mimo_kernels.reference_attention.tiles import TABLE, pieces, reference_tiles
from mimo_kernels.tiles import Tile, TileKey, choose

ARCHES = ("sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120")
HEAD_SIZES = (8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160)


def is_power_of_two(size: int) -> bool:
    return size > 0 and size & (size - 1) == 0


@pytest.mark.parametrize("dtype", ["fp16", "bf16", "fp32"])
@pytest.mark.parametrize("head_size", HEAD_SIZES)
@pytest.mark.parametrize("arch", [*ARCHES, "sm_103"])
def test_tiles_are_well_formed(arch: str, head_size: int, dtype: str) -> None:
    tiles = reference_tiles(arch, head_size, dtype)
    assert len(set(map(repr, tiles))) == len(tiles) > 0
    for tile in tiles:
        cut = tile.constants
        assert is_power_of_two(cut["query_tile"])
        assert is_power_of_two(cut["key_tile"])
        assert min(cut["query_tile"], cut["key_tile"], cut["main"]) >= 16
        assert is_power_of_two(cut["main"])
        assert cut["rest"] == 0 or (is_power_of_two(cut["rest"]) and cut["rest"] >= 16)
        assert cut["main"] < head_size + 16 or cut["rest"] == 0
        assert cut["main"] + cut["rest"] >= head_size
        assert tile.warps in (4, 8)
        assert 1 <= tile.stages <= 4


@pytest.mark.parametrize("head_size", HEAD_SIZES)
@pytest.mark.parametrize("arch", ARCHES)
def test_a_ones_column_has_a_padding_column(arch: str, head_size: int) -> None:
    for tile in reference_tiles(arch, head_size, "fp16"):
        spare = tile.constants["main"] + tile.constants["rest"] - head_size
        assert spare > 0 or not tile.constants["ones"]


@pytest.mark.parametrize(
    ("head_size", "wanted"), [(40, (32, 16)), (80, (64, 16)), (160, (128, 32))]
)
def test_a_head_is_cut_in_two(head_size: int, wanted: tuple[int, int]) -> None:
    assert pieces(head_size) == wanted


@pytest.mark.parametrize("head_size", HEAD_SIZES)
def test_pieces_hold_the_head_with_little_to_spare(head_size: int) -> None:
    main, rest = pieces(head_size)
    assert head_size <= main + rest <= max(16, 2 ** math.ceil(math.log2(head_size)))


@pytest.mark.parametrize("arch", ["sm_90", "sm_100"])
def test_a_head_of_40_is_also_padded_to_64(arch: str) -> None:
    cuts = {(t.constants["main"], t.constants["rest"]) for t in reference_tiles(arch, 40, "fp16")}
    assert cuts == {(32, 16), (64, 0)}


def test_every_key_of_the_table_can_be_found() -> None:
    for key, row in TABLE.items():
        found = choose(TABLE, key.arch or "sm_0", key.head_size or 1, key.dtype or "fp16")
        assert found == row


def test_a_key_without_a_row() -> None:
    with pytest.raises(ValueError, match="head size 8 in fp16 on sm_90"):
        choose({TileKey("sm_80"): (Tile(4, 1),)}, "sm_90", 8, "fp16")


def test_the_most_specific_row_is_chosen() -> None:
    rows = {key: (Tile(4, stages),) for stages, key in enumerate((
        TileKey(), TileKey(head_size=40), TileKey("sm_90"), TileKey("sm_90", 40),
        TileKey(dtype="fp32"),
    ))}  # fmt: skip
    asked = [("sm_80", 8, "fp16"), ("sm_80", 40, "fp16"), ("sm_90", 8, "fp16")]
    asked += [("sm_90", 40, "fp16"), ("sm_90", 40, "fp32")]
    assert [choose(rows, *key)[0].stages for key in asked] == [0, 1, 2, 3, 4]


def test_a_launch_covers_all_queries_heads_and_rows() -> None:
    problem = ReferenceProblem.contiguous(48, 24, 9604, 9604, 8, 40)
    for launch in launches(problem, "bf16", "sm_90"):
        tiles, heads, rows = launch.grid
        assert (tiles - 1) * launch.constants["query_tile"] < 9604
        assert tiles * launch.constants["query_tile"] >= 9604
        assert (heads, rows) == (8, 48)
