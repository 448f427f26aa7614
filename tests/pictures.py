"""Pictures that are large on paper and small on disk."""

import struct
import zlib


def blank_png(width_px: int, height_px: int) -> bytes:
    """A black PNG of one bit a pixel, of any size, made without its pixels in memory."""
    packer, row = zlib.compressobj(), bytes(1 + -(-width_px // 8))
    rows = b"".join(packer.compress(row) for _ in range(height_px)) + packer.flush()
    header = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
