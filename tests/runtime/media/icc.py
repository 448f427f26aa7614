"""Colour profiles as files, ICC.1:2001-04."""

import struct
from collections.abc import Iterable, Mapping

D50 = (0.9642, 1.0, 0.8249)


def icc_profile(
    kind: bytes, colours: bytes, connected: bytes, tags: Mapping[bytes, bytes]
) -> bytes:
    """A profile of a device of some `kind`, from its `colours` to those that profiles share."""
    description = b"desc" + bytes(4) + struct.pack(">I", 5) + b"Test\0" + bytes(79)
    every = {b"desc": description, b"cprt": b"text\0\0\0\0CC0\0", b"wtpt": xyz(D50), **tags}
    table, body, offset = struct.pack(">I", len(every)), b"", 132 + 12 * len(every)
    for name, content in every.items():
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = struct.pack(">I4xI4s4s4s12x4s28x", offset + len(body), 0x02400000, kind, colours,
                         connected, b"acsp")  # fmt: skip
    return header + _fixed(D50) + bytes(48) + table + body


def xyz(values: Iterable[float]) -> bytes:
    """Content of a tag of three numbers."""
    return b"XYZ \0\0\0\0" + _fixed(values)


def _fixed(values: Iterable[float]) -> bytes:
    return struct.pack(">3i", *(round(float(value) * 65536) for value in values))
