"""Which packets of a stream become frames, and when those are shown: plain data, no decoder.

A recording may begin in the middle of a group of pictures (captures of a broadcast, cuts without
encoding again), and recordings that were joined begin anew. Pictures that refer to what came before
such a beginning cannot be decoded; they are left out, all others are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_JUMP_S = 0.5  # time that goes back by more than sloppy writers let it, or to a key frame
_GAP_S = 10.0  # in a transport stream, time that goes on before a key frame: another recording
_GAP_WITH_LOSS_S = 1.0  # the same where packets seem to be missing just before

_AT_JOIN = 2  # a transport stream's counter begins anew; the parser is one packet behind


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """What demuxing tells of one packet; times are in ticks, None where the container has none.

    `is_hidden`: it is decoded and not shown. `is_corrupt`: the demuxer missed some of it.
    `needs_before`: it is shown before a key frame that precedes it, and refers to what is before.
    """

    pts: int | None
    dts: int | None
    duration: int
    is_key: bool
    is_hidden: bool = False
    is_corrupt: bool = False
    needs_before: bool = False


@dataclass(frozen=True, slots=True)
class PacketPlan:
    """What is fed to a decoder.

    Attributes:
        ticks: time stamp of each frame to be shown, ascending, or None where the container has
            none. Joined recordings follow each other.
        frame_count: how many frames will be shown.
        last_ticks: how long the last one is shown, 0 where that is not known.
        left_out: indices of packets that are not decoded.
        packet_count: how many packets there are; what follows them is not decoded.
        restarts: indices of packets before which the decoder forgets everything.
        skipped_frames: of `left_out`, how many would have been shown.
        hidden_frames: how many are decoded and not shown.
        damaged_at: index of the first packet that is damaged, None where none is.
    """

    ticks: tuple[int, ...] | None
    frame_count: int
    last_ticks: int
    packet_count: int
    left_out: frozenset[int]
    restarts: frozenset[int]
    skipped_frames: int
    hidden_frames: int
    damaged_at: int | None


def plan_packets(
    packets: Sequence[PacketFacts], ticks_per_s: float, is_transport: bool = False
) -> PacketPlan:
    """The plan for a stream of `packets`, in the order of decoding."""
    starts = _starts(packets, ticks_per_s, is_transport)
    left_out = {index for part in starts for index in _undecodable(packets, part)}
    shown = [[i for i in part if i not in left_out and not packets[i].is_hidden] for part in starts]
    ticks = _timeline([[packets[i] for i in part] for part in shown if part])
    skipped = sum(not packets[i].is_hidden for i in left_out)
    return PacketPlan(
        ticks=None if ticks is None else tuple(ticks),
        frame_count=sum(map(len, shown)),
        last_ticks=_last_ticks([packets[i] for part in shown for i in part]),
        packet_count=len(packets),
        left_out=frozenset(left_out),
        restarts=frozenset(part.start for part in starts[1:]),
        skipped_frames=skipped,
        hidden_frames=sum(packet.is_hidden for packet in packets),
        damaged_at=_damaged_at(packets, starts, left_out),
    )


def _starts(packets: Sequence[PacketFacts], ticks_per_s: float, is_transport: bool) -> list[range]:
    """The parts of a stream: each begins where time goes back, or on by too much."""
    begins, last = [0], None
    for index, packet in enumerate(packets):
        if packet.dts is None:
            continue
        if last is not None:
            gap_s = (packet.dts - last) / ticks_per_s
            lost = any(one.is_corrupt for one in packets[max(0, index - _AT_JOIN) : index])
            most_s = _GAP_WITH_LOSS_S if lost else _GAP_S
            goes_back = gap_s < (0 if packet.is_key else -_JUMP_S)
            if goes_back or (is_transport and packet.is_key and gap_s > most_s):
                begins.append(index)
        last = packet.dts
    return [range(*span) for span in pairwise([*begins, len(packets)])]


def _undecodable(packets: Sequence[PacketFacts], part: range) -> list[int]:
    """Of one part: what precedes its first key frame, and what is shown before that one."""
    key = next((i for i in part if packets[i].is_key), None)
    if key is None:
        return []
    found = list(range(part.start, key))
    for index in range(key + 1, part.stop):
        if packets[index].is_key:
            break
        if packets[index].needs_before:
            found.append(index)
    return found


def _timeline(parts: Sequence[Sequence[PacketFacts]]) -> list[int] | None:
    """Time stamps in the order of showing; each part begins one frame after the one before."""
    ticks: list[int] = []
    for part in parts:
        own = [packet.pts for packet in part if packet.pts is not None]
        if len(own) < len(part):
            return None
        own.sort()
        shift = ticks[-1] + _usual_gap(own) - own[0] if ticks else 0
        ticks += [tick + shift for tick in own]
    return ticks


def _usual_gap(ticks: Sequence[int]) -> int:
    gaps = sorted(later - earlier for earlier, later in pairwise(ticks))
    return gaps[len(gaps) // 2] if gaps else 1


def _last_ticks(shown: Sequence[PacketFacts]) -> int:
    return max(shown, key=lambda one: one.pts or 0).duration if shown else 0


def _damaged_at(
    packets: Sequence[PacketFacts], parts: Sequence[range], left_out: set[int]
) -> int | None:
    """The first damaged packet that is decoded; at a join, those before it only seem to be."""
    last = {index for part in parts[:-1] for index in part[-_AT_JOIN:]}
    for index, packet in enumerate(packets):
        if packet.is_corrupt and index not in left_out and index not in last:
            return index
    return None
