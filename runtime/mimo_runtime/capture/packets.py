"""Encoded frames through a pipe to the process that decodes them."""

import struct
from collections.abc import Iterator
from typing import IO

from mimo_runtime.wire.driving import DrivingFrame

_HEAD = struct.Struct("<QdI")  # index, time of capture, bytes that follow


def write_packet(file: IO[bytes], frame: DrivingFrame) -> None:
    """Write one frame. Raises OSError where nobody reads."""
    file.write(_HEAD.pack(frame.index, frame.capture_s, len(frame.data)))
    file.write(frame.data)
    file.flush()


def read_packets(file: IO[bytes]) -> Iterator[DrivingFrame]:
    """Every frame until `file` ends; one that is cut off is left out."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        index, capture_s, size_bytes = _HEAD.unpack(head)
        data = file.read(size_bytes)
        if len(data) < size_bytes:
            return
        yield DrivingFrame(index, capture_s, data)
