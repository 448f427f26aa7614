"""What was understood of a clip that is not as usual, said to people."""

from collections.abc import Iterator

from mimo_runtime.media.clip import HLG, WIDE_GAMUTS, ClipInfo

_HELD_S = 0.5
_TRANSFER_NAMES = {HLG: "HLG"}


def clip_notes(info: ClipInfo) -> Iterator[str]:
    """Sentences on how `info` was taken; none for a plain clip of tagged colours."""
    yield from _colour_notes(info)
    yield from _picture_notes(info)
    yield from _stream_notes(info)


def _colour_notes(info: ClipInfo) -> Iterator[str]:
    colour = info.colour
    if colour.is_hdr:
        name = _TRANSFER_NAMES.get(colour.transfer, "PQ")
        yield (
            f"It is HDR video ({name}, up to {colour.peak_nits:.0f} cd/m2); its colours were "
            "tone-mapped to BT.709."
        )
    elif not colour.is_bt709:
        tag = colour.primaries if colour.primaries in WIDE_GAMUTS else colour.transfer
        yield f"Its colours ({tag}) were converted to BT.709."
    if colour.is_guessed:
        yield f"Its colours are not tagged; they were taken as {_matrix_name(colour.matrix)}."
    if any(bits in info.pixel_format for bits in ("10", "12", "16")):
        yield f"Its colours ({info.pixel_format}) were reduced to 8 bits."
    if colour.has_alpha:
        yield "Its pictures are partly transparent; they were laid on white."


def _picture_notes(info: ClipInfo) -> Iterator[str]:
    if info.is_film:
        yield (
            "It is a film that was brought to fields (pulldown); its own frames were taken, "
            f"{float(info.rate_fps):.5g} a second."
        )
    elif info.is_interlaced:
        yield "It is interlaced; each pair of fields became one whole picture."
    if info.pixel_aspect != 1:
        aspect = info.pixel_aspect
        yield (
            f"Its pixels are {aspect.numerator}:{aspect.denominator}; the pictures were brought to "
            f"square ones, {info.width_px}x{info.height_px} px."
        )


def _stream_notes(info: ClipInfo) -> Iterator[str]:
    if info.cadence:
        yield (
            f"Of each {len(info.cadence)} of its frames {info.cadence.count('0')} repeat the one "
            f"before; the others were taken, {float(info.rate_fps):.5g} a second."
        )
    if info.video_streams > 1:
        yield (
            f"The file holds {info.video_streams} video streams; the one of {info.width_px}x"
            f"{info.height_px} px was taken, which is the default or the largest."
        )
    if info.skipped_frames:
        yield (
            f"It begins in the middle of a group of pictures; {info.skipped_frames} frames that "
            "cannot be decoded without what was before were left out."
        )
    if info.is_cut_off:
        yield "It breaks off, as a recording does that was not finished; what is whole was taken."
    if info.parts > 1:
        yield f"It was joined of {info.parts} recordings, which were put one after the other."
    if info.last_frame_s > 1 / float(info.rate_fps) + _HELD_S:
        yield f"Its last picture stands for {info.last_frame_s:.1f} s; it was taken once."


def _matrix_name(matrix: str) -> str:
    return {"bt709": "BT.709", "bt2020nc": "BT.2020"}.get(matrix, "BT.601")
