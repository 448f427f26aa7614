"""Headers of H.264, as far as the field that a slice belongs to (ITU-T H.264, 7.3)."""

from dataclasses import dataclass

_HEADER_BYTES = 24  # of a slice: more than what stands before the parity of its field takes
_WITH_CHROMA_FORMAT = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)


@dataclass(frozen=True, slots=True)
class Sequence:
    """What a slice header is read by, of a sequence parameter set."""

    frame_num_bits: int
    has_fields: bool
    has_planes: bool


@dataclass(frozen=True, slots=True)
class Field:
    """Of which picture, and which half of it."""

    frame_num: int
    is_bottom: bool


class _Bits:
    """Numbers from the front of a unit, behind its first byte.

    What is beyond the end reads as ones, which end any number.
    """

    def __init__(self, unit: bytes, most: int) -> None:
        payload = unit[1:most].replace(b"\0\0\3", b"\0\0") + b"\xff" * 8
        self._text = "".join(f"{byte:08b}" for byte in payload)
        self._place = 0

    def flag(self) -> bool:
        return self.bits(1) == 1

    def bits(self, count: int) -> int:
        self._place += count
        return int(self._text[self._place - count : self._place] or "1", 2)

    def number(self) -> int:
        """An unsigned Exp-Golomb number (9.1); of a signed one as many bits."""
        end = self._text.find("1", self._place)
        zeros = end - self._place if end >= 0 else 0
        self._place += zeros
        return self.bits(zeros + 1) - 1


def sequence_of(unit: bytes) -> Sequence:
    """Read a sequence parameter set."""
    bits = _Bits(unit, len(unit))
    profile, has_planes = bits.bits(8), False
    bits.bits(16)
    bits.number()
    if profile in _WITH_CHROMA_FORMAT:
        chroma = bits.number()
        has_planes = chroma == 3 and bits.flag()
        bits.number()
        bits.number()
        bits.flag()
        if bits.flag():
            _skip_scaling(bits, 8 if chroma != 3 else 12)
    frame_num_bits = bits.number() + 4
    _skip_order(bits)
    bits.number()
    bits.flag()
    bits.number()
    bits.number()
    return Sequence(frame_num_bits, not bits.flag(), has_planes)


def _skip_scaling(bits: _Bits, lists: int) -> None:
    for index in range(lists):
        if not bits.flag():
            continue
        last = scale = 8
        for _ in range(16 if index < 6 else 64):
            if scale:
                code = bits.number()
                scale = (last + (code + 1 >> 1 if code & 1 else -(code >> 1))) % 256
            last = scale or last


def _skip_order(bits: _Bits) -> None:
    kind = bits.number()
    if kind == 0:
        bits.number()
    elif kind == 1:
        bits.flag()
        bits.number()
        bits.number()
        for _ in range(min(bits.number(), 255)):
            bits.number()


def field_of(unit: bytes, sequence: Sequence | None) -> Field | None:
    """The field that a slice belongs to; None where it is of a whole frame."""
    if sequence is None or not sequence.has_fields:
        return None
    bits = _Bits(unit, _HEADER_BYTES)
    for _ in range(3):
        bits.number()
    if sequence.has_planes:
        bits.bits(2)
    frame_num = bits.bits(sequence.frame_num_bits)
    return Field(frame_num, bits.flag()) if bits.flag() else None
