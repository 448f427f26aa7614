"""Leading pictures: shown before a key frame that they follow in the stream.

In an open group of pictures they refer to the group before; where the stream begins with that key
frame, they cannot be decoded.
"""

from collections.abc import Iterator

from av.packet import Packet
from av.video.stream import VideoStream

_HEVC_RASL = (8, 9)  # ITU-T H.265, table 7-1
_GOP_START = b"\x00\x00\x01\xb8"
_CLOSED_GOP = 0x40  # after 25 bits of time code (ISO/IEC 13818-2, 6.2.2.6)


class LeadingPictures:
    """Tells of each packet of a stream, in order, whether it refers to before the last key frame.

    H.264 has no closed leading pictures (an IDR picture is shown first of its group); HEVC names
    those that refer back, MPEG-2 says so in the header of the group. Matroska has no time stamps
    below 0: what a cutter left there has none.
    """

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._key_pts: int | None = None
        self._is_closed = False

    def refers_back(self, packet: "Packet[VideoStream]") -> bool:
        """Whether `packet` needs what is before the last key frame."""
        if packet.is_keyframe:
            self._key_pts = packet.pts
            self._is_closed = self._codec == "mpeg2video" and _is_closed_group(bytes(packet))
            return False
        if self._key_pts is None or not self._is_shown_before(packet):
            return False
        if self._codec == "hevc":
            return _hevc_type(bytes(packet)) in _HEVC_RASL
        return self._codec in ("h264", "mpeg2video", "mpeg1video") and not self._is_closed

    def _is_shown_before(self, packet: "Packet[VideoStream]") -> bool:
        if packet.pts is None or self._key_pts is None:
            return packet.dts is None
        return packet.pts < self._key_pts


def _is_closed_group(data: bytes) -> bool:
    start = data.find(_GOP_START)
    return 0 <= start < len(data) - 8 and bool(data[start + 7] & _CLOSED_GOP)


def _hevc_type(data: bytes) -> int:
    """The type of the first coded slice, else of the last unit (ITU-T H.265, 7.3.1.2)."""
    kind = -1
    for header in _nal_headers(data):
        kind = header >> 1 & 0x3F
        if kind < 32:
            break
    return kind


def _nal_headers(data: bytes) -> Iterator[int]:
    """The first bytes of the units of a packet, after start codes or after lengths of 4 bytes."""
    if data[:3] == b"\0\0\1" or data[:4] == b"\0\0\0\1":
        yield from (piece[0] for piece in data.split(b"\0\0\1")[1:] if piece)
        return
    position = 0
    while position + 5 <= len(data):
        yield data[position + 4]
        position += 4 + int.from_bytes(data[position : position + 4], "big")
