"""Is the file all there, and was all of it decoded?"""

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.clip import ClipInfo

_SEGMENT_ID = b"\x18\x53\x80\x67"
_WHOLE = {"mp4": {b"moov", b"mdat"}, "HEIF": {b"meta", b"mdat"}}
_FRAGMENT = b"moof"
_BOX_TYPES = _WHOLE["mp4"] | {
    b"ftyp", b"styp", _FRAGMENT, b"mfra", b"sidx", b"ssix", b"prft", b"emsg", b"free", b"skip",
    b"wide", b"udta", b"meta", b"uuid", b"pdin", b"pnot", b"PICT",
}  # fmt: skip
_NOT_CLOSED = (0, 0xFFFFFFFF)  # sizes that a writer leaves in a RIFF when it cannot come back


def complete(
    frames: Iterable[NDArray[np.uint8]], info: ClipInfo, name: str
) -> Iterator[NDArray[np.uint8]]:
    """Pass frames on.

    Raises:
        MediaError: they are not as many as were demuxed.
    """
    count = 0
    for frame in frames:
        count += 1
        if count > info.frame_count:
            raise MediaError(
                f"'{name}' decodes to more frames than the {info.frame_count} it holds; encode it "
                "again, for instance to H.264 in MP4."
            )
        yield frame
    if count < info.frame_count:
        raise MediaError(
            f"'{name}' is truncated or damaged: {count} of {info.frame_count} frames can be decoded"
            "; encode or copy it again."
        )


def check_whole(file: BinaryIO, container: str, name: str) -> bool:
    """Check that the file has the bytes that its outermost parts promise.

    FFmpeg and libheif read files that have fewer to their end and say nothing.

    Returns whether it is an MP4 in fragments that breaks off: those before the last one are whole.

    Raises:
        MediaError: it has fewer.
    """
    size_bytes = os.fstat(file.fileno()).st_size
    seen: set[bytes] = set()
    promised_bytes = 0
    if container in _WHOLE:
        seen, promised_bytes = _boxes(file, size_bytes, _WHOLE[container])
        if container == "mp4" and b"moov" not in seen:
            raise MediaError(
                f"The recording of '{name}' was not finished, or is truncated: its index (moov) is "
                "missing; copy it again, or let the program or camera that recorded it repair it."
            )
    elif container == "matroska":
        promised_bytes = _end_of_segment(file)
    elif container == "avi":
        promised_bytes = _end_of_riff(file, size_bytes)
    breaks_off = promised_bytes > size_bytes
    if breaks_off and _FRAGMENT not in seen:
        raise MediaError(
            f"'{name}' is truncated: it has {size_bytes} bytes of at least {promised_bytes}; "
            "copy it again."
        )
    return breaks_off


def _boxes(file: BinaryIO, size_bytes: int, whole: set[bytes]) -> tuple[set[bytes], int]:
    """The kinds of the top-level ISO boxes, and the end of the last one that promises anything.

    Trailers of cameras and tags of music programs stand behind a file that is whole, in which there
    are all of `whole`: what is of no known type there is no box.
    """
    position = 0
    seen: set[bytes] = set()
    while position + 8 <= size_bytes:
        file.seek(position)
        header = file.read(16)
        kind, box_bytes = header[4:8], int.from_bytes(header[:4], "big")
        if box_bytes == 1:
            box_bytes = int.from_bytes(header[8:16], "big")
        if not kind.isalnum() or (seen >= whole and kind not in _BOX_TYPES):
            break  # padding, or something else behind it
        seen.add(kind)
        if box_bytes < 8:
            position = size_bytes
            break  # up to the end of the file
        position += box_bytes
    return seen, position


def _end_of_riff(file: BinaryIO, size_bytes: int) -> int:
    """The end of the last RIFF of an AVI: longer ones have several (OpenDML)."""
    start = end = 0
    while start + 12 <= size_bytes:
        file.seek(start)
        header = file.read(12)
        riff_bytes = int.from_bytes(header[4:8], "little")
        if header[:4] != b"RIFF" or header[8:] not in (b"AVI ", b"AVIX"):
            break  # something else behind it
        if riff_bytes in _NOT_CLOSED:
            break
        end = start + 8 + riff_bytes
        start = end + riff_bytes % 2
    return end


def _end_of_segment(file: BinaryIO) -> int:
    """The end of the Matroska segment, 0 when it does not say (live recordings)."""
    file.seek(4)
    header_bytes = _read_vint(file)
    file.seek(header_bytes or 0, os.SEEK_CUR)
    if header_bytes is None or file.read(4) != _SEGMENT_ID:
        return 0
    segment_bytes = _read_vint(file)
    return 0 if segment_bytes is None else file.tell() + segment_bytes


def _read_vint(file: BinaryIO) -> int | None:
    """An EBML number, None for the reserved "unknown"."""
    first = file.read(1)
    width = 9 - first[0].bit_length() if first else 9
    if width > 8:
        return None
    value = int.from_bytes(first + file.read(width - 1), "big") & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else value
