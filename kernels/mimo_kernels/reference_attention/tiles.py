"""The tactics of the two-source attention for each chip, head size and dtype.

Ordered by instructions per softmax element in the compiled loop, of those without a spill
(Triton 3.7.1); none has been timed yet. A head of 40 is cut into 32 + 16 columns or padded to 64:
which of the two a chip with wgmma prefers only a GPU can tell, so both are there.
"""

from mimo_kernels.tiles import Table, Tile, TileKey, choose, power_of_two

PADDED = (64, 0)  # a head of 40 as one piece


def flash(
    query: int,
    key: int,
    warps: int,
    stages: int,
    columns: tuple[int, int] | None = None,
    ones: bool = False,
    peel: bool = True,
) -> Tile:
    """A tile of `query` by `key` tokens; see the kernel for `ones` and `peel`.

    `columns` are the head's two pieces, where they are not those of `pieces`.
    """
    constants: dict[str, int | bool] = {"query_tile": query, "key_tile": key}
    constants |= {"ones": ones, "peel": peel}
    if columns is not None:
        constants |= {"main": columns[0], "rest": columns[1]}
    return Tile(warps, stages, constants)


AMPERE_40 = (
    flash(128, 64, 8, 2, ones=True),
    flash(64, 64, 4, 2, ones=True),
    flash(64, 64, 4, 2),
)
AMPERE_80 = (flash(128, 64, 8, 2), flash(64, 64, 4, 2))
ADA_160 = (flash(64, 32, 4, 2, peel=False),)

TABLE: Table = {
    TileKey(): (flash(64, 32, 4, 1, peel=False),),
    TileKey(dtype="fp32"): (flash(32, 16, 4, 1, peel=False),),
    TileKey(head_size=40, dtype="fp32"): (flash(64, 32, 4, 1, peel=False),),
    TileKey(head_size=40): AMPERE_40,
    TileKey(head_size=80): AMPERE_80,
    TileKey("sm_80", 40): (flash(128, 128, 8, 2, ones=True), *AMPERE_40),
    TileKey("sm_86", 40): (flash(128, 128, 8, 2, ones=True), *AMPERE_40),
    TileKey("sm_89", 40): (flash(128, 128, 8, 2, ones=True), *AMPERE_40),
    TileKey("sm_80", 160): (flash(128, 32, 8, 2, peel=False), *ADA_160),
    TileKey("sm_86", 160): ADA_160,
    TileKey("sm_89", 160): ADA_160,
    TileKey("sm_120", 160): (flash(64, 16, 4, 2),),
    TileKey("sm_90", 40): (
        flash(128, 128, 8, 2, PADDED, ones=True),
        flash(128, 128, 8, 2, ones=True),
        flash(64, 128, 4, 2, ones=True),
        flash(128, 128, 8, 2, PADDED),
        flash(128, 128, 8, 2),
        flash(64, 64, 4, 2, ones=True),
    ),
    TileKey("sm_90", 80): (
        flash(128, 128, 8, 2),
        flash(64, 128, 4, 2),
        flash(128, 64, 8, 3),
        flash(64, 32, 4, 2),
    ),
    TileKey("sm_90", 160): (
        flash(128, 64, 8, 3),
        flash(128, 64, 8, 2),
        flash(64, 64, 4, 1),
    ),
    TileKey("sm_100", 40): (
        flash(128, 128, 4, 2, ones=True),
        flash(128, 64, 4, 3, PADDED, ones=True),
        flash(128, 64, 4, 3, ones=True),
        flash(128, 128, 8, 2, PADDED),
        flash(64, 64, 4, 2, ones=True),
    ),
    TileKey("sm_100", 80): (
        flash(128, 128, 8, 2),
        flash(128, 64, 8, 2),
        flash(64, 32, 4, 2),
    ),
    TileKey("sm_100", 160): (
        flash(128, 64, 8, 2),
        flash(64, 64, 4, 2),
        flash(64, 64, 4, 1, peel=False),
    ),
}


def reference_tiles(arch: str, head_size: int, dtype: str) -> tuple[Tile, ...]:
    """The tactics for one chip, best first, smallest last, with the head's two pieces."""
    main, rest = pieces(head_size)
    return tuple(
        Tile(tile.warps, tile.stages, {"main": main, "rest": rest, **tile.constants})
        for tile in choose(TABLE, arch, head_size, dtype)
    )


def pieces(head_size: int) -> tuple[int, int]:
    """How a head is cut: two powers of two, or one and 0.

    Each is at least 16 (a matrix instruction). Two pieces where they hold fewer columns than the
    next power of two: 40 = 32 + 16 (8 unused), 80 = 64 + 16, 160 = 128 + 32; else one, padded.
    """
    whole = power_of_two(head_size, 16)
    main = whole // 2
    rest = power_of_two(head_size - main, 16)
    return (main, rest) if main + rest < whole else (whole, 0)
