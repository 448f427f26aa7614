"""H.264 whose pictures are coded as two fields each (PAFF), written bit by bit from PCM samples."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

_IDR, _SLICE, _SPS, _PPS = 0x65, 0x61, 0x67, 0x68
HIGH, MAIN = 100, 77
_PCM_IN_I, _I = 25, 7


class Bits:
    """A unit of the stream as it is written (ITU-T H.264, 7.3)."""

    def __init__(self) -> None:
        self._text: list[str] = []

    def put(self, value: int, width: int = 1) -> "Bits":
        self._text.append(f"{value:0{width}b}")
        return self

    def numbers(self, *values: int) -> "Bits":
        """Exp-Golomb."""
        for value in values:
            code = f"{value + 1:b}"
            self._text.append("0" * (len(code) - 1) + code)
        return self

    def samples(self, *planes: np.ndarray) -> "Bits":
        self._align()
        self._text += [f"{byte:08b}" for plane in planes for byte in plane.tobytes()]
        return self

    def unit(self, header: int) -> bytes:
        self.put(1)._align()
        text = "".join(self._text)
        data = int(text, 2).to_bytes(len(text) // 8, "big")
        safe, zeros = bytearray(), 0
        for byte in data:
            if zeros >= 2 and byte <= 3:
                safe.append(3)
                zeros = 0
            safe.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return b"\0\0\0\1" + bytes([header]) + bytes(safe)

    def _align(self) -> None:
        self._text.append("0" * (-sum(map(len, self._text)) % 8))


def field_packets(
    frames: Sequence[np.ndarray], first_parity: int, profile: int = MAIN
) -> list[bytes]:
    """One packet a field, of grey frames [height, width], whole in 32 lines and 16 columns.

    `first_parity` is 0 where the upper field comes first. Every fourth frame begins anew.
    """
    packets = []
    for index, frame in enumerate(frames):
        number = index % 4
        for half, parity in enumerate((first_parity, 1 - first_parity)):
            is_idr = number == 0 and half == 0
            head = _parameters(*frame.shape, profile) if is_idr else b""
            packets.append(
                head + _field(frame[parity::2], number, 2 * number + half, parity, is_idr)
            )
    return packets


def write_fields(path: Path, packets: Sequence[bytes], fields_per_s: int) -> Path:
    """A container each of whose packets is a field; a path that ends on .h264 has none around."""
    raw = path.with_suffix(".h264")
    raw.write_bytes(b"".join(packets))
    if path == raw:
        return path
    with av.open(str(raw)) as given, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        for index, data in enumerate(packets):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, fields_per_s)
            packet.pts = packet.dts = index
            packet.duration = 1
            packet.is_keyframe = data[4] & 31 == _SPS & 31
            out.mux(packet)
    return path


def _parameters(height: int, width: int, profile: int) -> bytes:
    sps = Bits().put(profile, 8).put(0, 8).put(30, 8).numbers(0)
    if profile == HIGH:
        sps.numbers(1, 0, 0).put(0).put(1)  # 4:2:0, 8 bits, scaling lists:
        sps.put(1).numbers(*[0] * 16).put(0, 7)  # the first is given, the others are not
    sps.numbers(4, 0, 4, 2).put(0).numbers(width // 16 - 1, height // 32 - 1)
    sps.put(0).put(0).put(1).put(0).put(0)  # fields, no MBAFF
    pps = Bits().numbers(0, 0).put(0).put(0).numbers(0, 0, 0).put(0, 3).numbers(0, 0, 0).put(0, 3)
    return sps.unit(_SPS) + pps.unit(_PPS)


def _field(lines: np.ndarray, number: int, order: int, parity: int, is_idr: bool) -> bytes:
    bits = Bits().numbers(0, _I, 0).put(number, 8).put(1).put(parity)
    if is_idr:
        bits.numbers(0)
    bits.put(order, 8).put(0, 2 if is_idr else 1).numbers(0)
    grey = np.full((8, 8), 128, np.uint8)
    for top in range(0, lines.shape[0], 16):
        for left in range(0, lines.shape[1], 16):
            block = np.ascontiguousarray(lines[top : top + 16, left : left + 16])
            bits.numbers(_PCM_IN_I).samples(block, grey, grey)
    return bits.unit(_IDR if is_idr else _SLICE)
