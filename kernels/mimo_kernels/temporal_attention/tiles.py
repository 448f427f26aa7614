"""How the temporal attention cuts its work on each chip: `temporal_tiles`, plain data.

Best first by what the compiler reports and by the length of the memory segments that a program
reads; a run of `benchmarks/gpu.py` may reorder it. The last tile of every entry needs no more
than 48 KiB of shared memory.
"""

from mimo_kernels.tiles import Table, Tile, TileKey, choose, power_of_two


def together(products: int, heads: int, columns: int, stages: int = 1) -> Tile:
    """A tile: `products` products at once (a warp each), of `heads` heads at each pixel.

    A head is walked through in pieces of at most `columns` columns.
    """
    return Tile(products, stages, {"products": products, "heads": heads, "columns": columns})


TEMPORAL: Table = {
    TileKey(): (together(4, 4, 32, 2), together(4, 4, 32)),
    TileKey(head_size=40): (together(8, 8, 32), together(4, 4, 32)),
    TileKey(dtype="fp32"): (together(4, 4, 16),),
    TileKey(head_size=40, dtype="fp32"): (together(4, 4, 16),),
}


def temporal_tiles(arch: str, head_size: int, dtype: str) -> tuple[Tile, ...]:
    """The tactics of the temporal attention for one chip, best first, smallest last."""
    return choose(TEMPORAL, arch, head_size, dtype)


def pieces(head_size: int, columns: int) -> dict[str, int]:
    """How a head is walked through: `pieces` of `main` columns, then one of `rest`.

    All are powers of two, at least 16 (a matrix instruction): with 32 columns, 40 = 32 + 16 (8
    unused), 80 = 2 x 32 + 16, 160 = 5 x 32.
    """
    main = min(columns, power_of_two(head_size, 16))
    count = max(1, head_size // main)
    left = head_size - count * main
    return {"main": main, "pieces": count, "rest": power_of_two(left, 16) if left > 0 else 0}
