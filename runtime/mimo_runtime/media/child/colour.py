"""What the samples of a video mean: its tags, and what is taken where it has none."""

from dataclasses import dataclass
from itertools import islice
from typing import Self

import numpy as np
from av.codec.context import CodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.demuxing import open_video
from mimo_runtime.media.child.hdr import luminance_nits
from mimo_runtime.media.clip import DCI, HDR_TRANSFERS, HLG, LINEAR, PQ, ClipColour
from mimo_runtime.media.decode_job import DecodeJob

# ITU-T H.273, tables 2 to 4, by the names of FFmpeg.
MATRICES = {
    0: "rgb", 1: "bt709", 2: "unspecified", 4: "fcc", 5: "bt470bg", 6: "smpte170m",
    7: "smpte240m", 9: "bt2020nc", 10: "bt2020c",
}  # fmt: skip
PRIMARIES = {
    1: "bt709", 2: "unspecified", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m",
    9: "bt2020", 11: "smpte431", 12: "smpte432",
}  # fmt: skip
TRANSFERS = {
    1: "bt709", 2: "unspecified", 8: LINEAR, 13: "iec61966-2-1", 16: PQ, 17: DCI, 18: HLG,
}  # fmt: skip
_UNREAD_MATRICES = {
    8: "YCgCo", 11: "YDzDx", 12: "chromaticity-derived", 13: "chromaticity-derived", 14: "ICtCp",
    15: "IPT-C2", 16: "YCgCo-Re", 17: "YCgCo-Ro",
}  # fmt: skip
RANGES = {0: "unspecified", 1: "limited", 2: "full"}
_BY_PRIMARIES = {"bt2020": "bt2020nc", "bt709": "bt709", "smpte170m": "smpte170m"}
_HD_WIDTH_PX, _HD_HEIGHT_PX = 1280, 577
_ALPHA_FORMATS = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16")
_MEASURED_FRAMES = 24
_MEASURED_PX = 256
_BRIGHTEST_PERCENT = 99.9


_UNSAID = 2  # of matrix, primaries and transfer; of the range it is 0


@dataclass(frozen=True, slots=True)
class StatedColour:
    """What a container says of a stream's colours, by the numbers of ITU-T H.273."""

    matrix: int = _UNSAID
    primaries: int = _UNSAID
    transfer: int = _UNSAID
    range: int = 0

    @classmethod
    def of(cls, context: CodecContext) -> Self:
        """Of a stream of which nothing was decoded: a decoder forgets what the container said."""
        return cls(*(int(getattr(context, name)) for name in
                     ("colorspace", "color_primaries", "color_trc", "color_range")))  # fmt: skip


def check_matrix(frame: VideoFrame, name: str) -> None:
    """Raise MediaError where swscale would take the matrix of `frame` for another one."""
    unread = _UNREAD_MATRICES.get(frame.colorspace)
    if unread and not frame.format.is_rgb:
        raise MediaError(
            f"'{name}' has colours as {unread}, which is not read; encode it again as BT.709 video."
        )


def colour_of(frame: VideoFrame, stated: StatedColour | None = None) -> ClipColour:
    """The tags of `frame`, where it has none those that the container has `stated`, completed.

    Primaries of HDR that are not tagged are those of BT.2020. A matrix that is not tagged is that
    of the primaries; without these BT.709 for frames of 1280 pixels across or more than 576 down,
    as players guess it, and BT.601 for smaller ones.
    """
    stated = stated or StatedColour()
    matrix_tag = _first_said(frame.colorspace, stated.matrix)
    primaries_tag = _first_said(frame.color_primaries, stated.primaries)
    matrix = MATRICES.get(matrix_tag, str(matrix_tag))
    primaries = PRIMARIES.get(primaries_tag, str(primaries_tag))
    transfer = TRANSFERS.get(_first_said(frame.color_trc, stated.transfer), "unspecified")
    if primaries == "unspecified" and transfer in HDR_TRANSFERS:
        primaries = "bt2020"
    is_guessed = matrix == "unspecified" and not frame.format.is_rgb
    if is_guessed:
        large = frame.width >= _HD_WIDTH_PX or frame.height >= _HD_HEIGHT_PX
        matrix = _BY_PRIMARIES.get(primaries, "bt709" if large else "smpte170m")
    return ClipColour(
        matrix=matrix,
        color_range=RANGES.get(frame.color_range or stated.range, "unspecified"),
        primaries=primaries,
        transfer=transfer,
        is_guessed=is_guessed,
        has_alpha=frame.format.name.startswith(_ALPHA_FORMATS),
    )


def _first_said(own: int, stated: int) -> int:
    return stated if own == _UNSAID else own


def matrix_number(colour: ClipColour) -> int:
    """The matrix as FFmpeg counts them."""
    return next((n for n, name in MATRICES.items() if name == colour.matrix), 2)


def measured_peak_nits(file: int, job: DecodeJob, colour: ClipColour) -> float:
    """The brightest light in the first key frames of an HDR clip, but for a thousandth of them."""
    reformatter = VideoReformatter()
    brightest = 0.0
    with open_video(file, job) as (container, stream):
        stream.codec_context.skip_frame = "NONKEY"
        for frame in islice(container.decode(stream), _MEASURED_FRAMES):
            small = reformatter.reformat(
                frame,
                width=min(frame.width, _MEASURED_PX),
                height=min(frame.height, _MEASURED_PX),
                format="rgb48le",
                src_colorspace=matrix_number(colour),
                interpolation=Interpolation.AREA,
            )
            nits = luminance_nits(small.to_ndarray() / np.float32(65535), colour.transfer)
            brightest = max(brightest, float(np.percentile(nits, _BRIGHTEST_PERCENT)))
    return brightest
