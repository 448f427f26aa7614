"""Which packets of an H.264 stream are the second field of a picture (ITU-T H.264, 7.3).

Cameras and broadcasts code a picture as one frame or as two fields, as suits it (PAFF). A demuxer
gives each field as a packet of its own; a decoder makes one frame of both.
"""

from collections.abc import Iterator

from mimo_runtime.media.child.h264_headers import Field, Sequence, field_of, sequence_of

_SLICES, _SPS = (1, 5), 7


class FieldPairs:
    """Tells of each packet of a stream, in order, whether it completes the one before.

    `extradata` is that of the stream, with start codes or as in MP4 and Matroska (avcC).
    """

    def __init__(self, extradata: bytes | None) -> None:
        self._sequence: Sequence | None = None
        self._first: Field | None = None
        data = extradata or b""
        self._length_bytes = (data[4] & 3) + 1 if data[:1] == b"\x01" and len(data) > 6 else 0
        for unit in _configured(data) if self._length_bytes else _units(data, 0):
            self._read_sequence(unit)

    def is_second(self, packet: bytes, is_key: bool) -> bool:
        """Whether `packet` is a field of the picture whose other field was the packet before."""
        if self._sequence is not None and not (is_key or self._sequence.has_fields):
            return False
        fields: set[Field] = set()
        for unit in _units(packet, self._length_bytes):
            self._read_sequence(unit)
            if unit and unit[0] & 31 in _SLICES:
                field = field_of(unit, self._sequence)
                fields |= {field} if field else set()
        alone = next(iter(fields)) if len(fields) == 1 else None
        first, self._first = self._first, alone
        if alone is None or first is None or first.frame_num != alone.frame_num:
            return False
        if first.is_bottom == alone.is_bottom:
            return False
        self._first = None
        return True

    def _read_sequence(self, unit: bytes) -> None:
        if unit and unit[0] & 31 == _SPS:
            self._sequence = sequence_of(unit)


def _configured(avcc: bytes) -> Iterator[bytes]:
    """The sequence parameter sets of an avcC (ISO/IEC 14496-15, 5.3.3)."""
    position = 6
    for _ in range(avcc[5] & 31):
        size = int.from_bytes(avcc[position : position + 2], "big")
        yield avcc[position + 2 : position + 2 + size]
        position += 2 + size


def _units(data: bytes, length_bytes: int) -> Iterator[bytes]:
    """The units of a packet, after start codes where `length_bytes` is 0, else after lengths."""
    if not length_bytes:
        yield from data.split(b"\0\0\1")[1:]
        return
    position = 0
    while position + length_bytes < len(data):
        start = position + length_bytes
        position = start + int.from_bytes(data[position:start], "big")
        yield data[start:position]
