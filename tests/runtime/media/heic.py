"""HEIC pictures as phones write them: HEVC tiles, how they lie, and how they are to be turned."""

import struct
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np

_FULL = struct.pack(">I", 0)  # version and flags
_FIRST_TILE = 2
_PARAMETER_SETS, _SEQUENCE = (32, 33, 34), 33  # of video, sequence and picture


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of ISO/IEC 14496-12."""
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def heic(
    rgb: np.ndarray, tile_px: int, quarter_turns: int = 0, profile: bytes | None = None
) -> bytes:
    """uint8 RGB [height, width, 3] in square tiles, which may stand out at the right and below.

    quarter_turns: counter-clockwise, by which it is to be turned. profile: an ICC profile.
    """
    height_px, width_px = rgb.shape[:2]
    rows, columns = -(-height_px // tile_px), -(-width_px // tile_px)
    padding = ((0, rows * tile_px - height_px), (0, columns * tile_px - width_px), (0, 0))
    padded = np.pad(rgb, padding, "edge")
    tiles = [
        _hevc(padded[row * tile_px :, column * tile_px :][:tile_px, :tile_px])
        for row in range(rows)
        for column in range(columns)
    ]
    properties = [
        tiles[0][0],
        box(b"ispe", _FULL, struct.pack(">II", tile_px, tile_px)),
        box(b"ispe", _FULL, struct.pack(">II", width_px, height_px)),
        box(b"irot", struct.pack(">B", quarter_turns)),
    ]
    if profile is not None:
        properties.append(box(b"colr", b"prof", profile))
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width_px, height_px)
    of_grid = range(3, 1 + len(properties))
    head = box(b"ftyp", b"heic", _FULL, b"mif1heic")
    samples = [sample for _, sample in tiles]
    meta = _meta(samples, grid, properties, of_grid, 0)
    first_byte = len(head) + len(meta) + 8
    meta = _meta(samples, grid, properties, of_grid, first_byte)
    return head + meta + box(b"mdat", *samples)


def _meta(
    samples: Sequence[bytes],
    grid: bytes,
    properties: Sequence[bytes],
    of_grid: Sequence[int],
    first_byte: int,
) -> bytes:
    numbers = range(_FIRST_TILE, _FIRST_TILE + len(samples))
    kinds = [(1, b"grid"), *((number, b"hvc1") for number in numbers)]
    entries = [
        box(b"infe", struct.pack(">IHH", 2 << 24, number, 0), kind, b"\0") for number, kind in kinds
    ]
    uses = [(1, of_grid), *((number, (1, 2)) for number in numbers)]
    associations = b"".join(
        struct.pack(f">HB{len(used)}B", number, len(used), *(0x80 | index for index in used))
        for number, used in uses
    )
    places = [struct.pack(">HHHHII", 1, 1, 0, 1, 0, len(grid))]  # in idat
    for number, sample in zip(numbers, samples, strict=True):
        places.append(struct.pack(">HHHHII", number, 0, 0, 1, first_byte, len(sample)))
        first_byte += len(sample)
    return box(
        b"meta",
        _FULL,
        box(b"hdlr", _FULL, _FULL, b"pict", bytes(13)),
        box(b"pitm", _FULL, struct.pack(">H", 1)),
        box(b"iinf", _FULL, struct.pack(">H", len(entries)), *entries),
        box(b"iref", _FULL, box(b"dimg", struct.pack(f">HH{len(samples)}H", 1, len(samples),
                                                     *numbers))),
        box(b"iprp", box(b"ipco", *properties),
            box(b"ipma", _FULL, struct.pack(">I", len(uses)), associations)),
        box(b"idat", grid),
        box(b"iloc", struct.pack(">IBBH", 1 << 24, 0x44, 0, len(places)), *places),
    )  # fmt: skip


def _hevc(rgb: np.ndarray) -> tuple[bytes, bytes]:
    """The box hvcC and the one picture of HEVC, its length before each unit."""
    codec = av.VideoCodecContext.create("libx265", "w")
    codec.width, codec.height, codec.pix_fmt = rgb.shape[1], rgb.shape[0], "yuv420p"
    codec.time_base, codec.options = Fraction(1), {"crf": "10", "x265-params": "log-level=none"}
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    stream = b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))
    units = [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]
    of_kind = {kind: [unit for unit in units if unit[0] >> 1 == kind] for kind in _PARAMETER_SETS}
    arrays = [struct.pack(">BHH", 0x80 | kind, 1, len(sets[0])) + sets[0]
              for kind, sets in of_kind.items()]  # fmt: skip
    profile = of_kind[_SEQUENCE][0].replace(b"\0\0\3", b"\0\0")[3:15]
    numbers = struct.pack(">HBBBBHBB", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F, len(arrays))
    pictures = [unit for unit in units if unit[0] >> 1 < min(_PARAMETER_SETS)]
    sample = b"".join(struct.pack(">I", len(unit)) + unit for unit in pictures)
    return box(b"hvcC", b"\1", profile, numbers, *arrays), sample
