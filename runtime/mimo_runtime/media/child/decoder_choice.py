"""Which back end decodes a clip, and why."""

from dataclasses import dataclass

from mimo_runtime.errors import UnsupportedError
from mimo_runtime.media.child.capabilities import Capabilities
from mimo_runtime.media.child.validation import ValidatedClip
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob

# What every NVDEC since Turing takes; Hopper has no AV1 and no 10-bit H.264.
_NVDEC_FORMATS = {
    "h264": ("yuv420p", "yuvj420p"),
    "hevc": ("yuv420p", "yuvj420p", "yuv420p10le"),
    "vp8": ("yuv420p",),
    "vp9": ("yuv420p",),
}
_DALI_CPU_CODECS = ("vp8", "vp9", "mjpeg")
_DALI_MATRICES = ("rgb", "bt470bg", "smpte170m", "bt709")


@dataclass(frozen=True, slots=True)
class DecoderChoice:
    """The back end ("pyav" or "dali"), the reason, and whether DALI decodes on the GPU."""

    decoder: str
    reason: str
    on_gpu: bool = False


def choose_decoder(
    job: DecodeJob, clip: ValidatedClip, capabilities: Capabilities
) -> DecoderChoice:
    """Follow `job.decoder`.

    Raises:
        UnsupportedError: that is DALI, and DALI cannot decode this clip here.
    """
    if job.decoder == "pyav":
        return DecoderChoice("pyav", "it was asked for")
    reason = _unsupported_reason(clip, capabilities)
    if job.decoder == "dali":
        if reason:
            raise UnsupportedError(
                f"The decoder 'dali' cannot decode '{job.name}' here: {reason}; "
                "use the decoder 'pyav' or 'auto'."
            )
        return DecoderChoice(
            "dali", f"it was asked for{_correction(clip.info)}", capabilities.has_nvdec
        )
    if not capabilities.has_nvdec:
        return DecoderChoice(
            "pyav", "there is no NVDEC with DALI here, and on a CPU PyAV is faster"
        )
    if reason:
        return DecoderChoice("pyav", reason)
    return DecoderChoice("dali", f"NVDEC decodes {clip.info.codec}{_correction(clip.info)}", True)


def _unsupported_reason(clip: ValidatedClip, capabilities: Capabilities) -> str | None:
    """Why DALI cannot decode this clip on this machine, if so."""
    info = clip.info
    if not capabilities.has_dali:
        return "nvidia-dali is not installed (pip install 'mimo-runtime[dali]')"
    if capabilities.has_nvdec:
        if info.pixel_format not in _NVDEC_FORMATS.get(info.codec, ()):
            return f"NVDEC does not decode {info.codec} as {info.pixel_format} on every GPU"
    elif info.codec not in _DALI_CPU_CODECS:
        return f"without NVDEC, DALI decodes VP8, VP9 and MJPEG only, not {info.codec}"
    if info.container == "avi":
        return "DALI may give the frames of an AVI other times and numbers"
    if info.colour.matrix not in _DALI_MATRICES:
        return f"DALI converts the colour matrix {info.colour.matrix} wrongly"
    if info.colour.has_alpha or not info.colour.is_bt709:
        return "DALI knows neither HDR nor wide gamuts nor opacity"
    if info.is_interlaced or info.pixel_aspect != 1:
        return "DALI knows neither fields nor pixels that are not square"
    if info.cadence:
        return "DALI gives frames that repeat others too"
    if not clip.simple:
        return "the clip has several video streams or hidden frames, which DALI may miscount"
    return None


def _correction(info: ClipInfo) -> str:
    if info.colour.matrix != "bt709":
        return ""
    return "; its BT.601 colours are corrected to BT.709, approximately where it clipped"
