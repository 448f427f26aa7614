"""The frame sizes that VP9 packets state, read from their headers (VP9 bitstream, 6.2)."""

from collections.abc import Iterator

_MARKER = 2
_RGB = 7


def stated_sizes_px(packet: bytes) -> Iterator[tuple[int, int]]:
    """(width, height) of each frame in `packet` that states one.

    The others take the size of a frame before them: when all stated sizes are equal, so are all.
    """
    for frame in _split_superframe(packet):
        size = _Header(frame).size_px()
        if size:
            yield size


def _split_superframe(packet: bytes) -> list[bytes]:
    marker = packet[-1]
    count, width = (marker & 7) + 1, (marker >> 3 & 3) + 1
    index_bytes = 2 + count * width
    if marker >> 5 != 6 or len(packet) < index_bytes or packet[-index_bytes] != marker:
        return [packet]
    index = packet[-index_bytes + 1 : -1]
    frames, start = [], 0
    for entry in range(count):
        size_bytes = int.from_bytes(index[entry * width : (entry + 1) * width], "little")
        frames.append(packet[start : start + size_bytes])
        start += size_bytes
    return frames


class _Header:
    """The uncompressed header of one frame, read bit by bit."""

    def __init__(self, frame: bytes) -> None:
        self._bits = int.from_bytes(frame[:40], "big")
        self._left = 8 * len(frame[:40])

    def _read(self, width: int) -> int:
        self._left -= width
        if self._left < 0:
            raise ValueError("a VP9 frame header is cut off")
        return self._bits >> self._left & ((1 << width) - 1)

    def size_px(self) -> tuple[int, int] | None:
        if self._read(2) != _MARKER:
            raise ValueError("a VP9 frame does not begin like one")
        profile = self._read(1) | self._read(1) << 1
        if profile == 3:
            self._read(1)
        if self._read(1):  # shows a frame that exists
            return None
        is_inter, is_shown, is_resilient = self._read(1), self._read(1), self._read(1)
        if is_inter:
            is_intra_only = 0 if is_shown else self._read(1)
            if not is_resilient:
                self._read(2)
            if not is_intra_only:
                return self._inter_size_px()
        self._read(24)
        if not is_inter or profile > 0:
            self._skip_color(profile)
        if is_inter:
            self._read(8)
        return self._explicit_size_px()

    def _inter_size_px(self) -> tuple[int, int] | None:
        self._read(8 + 3 * 4)
        if any(self._read(1) for _ in range(3)):
            return None
        return self._explicit_size_px()

    def _explicit_size_px(self) -> tuple[int, int]:
        return self._read(16) + 1, self._read(16) + 1

    def _skip_color(self, profile: int) -> None:
        if profile >= 2:
            self._read(1)
        if self._read(3) != _RGB:
            self._read(1)
            if profile & 1:
                self._read(3)
        elif profile & 1:
            self._read(1)
