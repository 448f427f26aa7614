"""Which back end decodes a clip, and why."""

from dataclasses import dataclass

from mimo_runtime.errors import UnsupportedError
from mimo_runtime.media.child.machine import Machine
from mimo_runtime.media.child.vetting import Vetted
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.job import Job

# What every NVDEC since Turing takes; Hopper has no AV1 and no 10-bit H.264.
_NVDEC_FORMATS = {
    "h264": ("yuv420p", "yuvj420p"),
    "hevc": ("yuv420p", "yuvj420p", "yuv420p10le"),
    "vp8": ("yuv420p",),
    "vp9": ("yuv420p",),
}
_DALI_CPU_CODECS = ("vp8", "vp9", "mjpeg")
_DALI_MATRICES = ("unspecified", "bt470bg", "smpte170m", "bt709")


@dataclass(frozen=True, slots=True)
class Choice:
    """The back end ("pyav" or "dali"), the reason, and whether DALI decodes on the GPU."""

    decoder: str
    reason: str
    on_gpu: bool = False


def choose_decoder(job: Job, vetted: Vetted, machine: Machine) -> Choice:
    """Follows `job.decoder`; raises UnsupportedError when that is DALI and DALI cannot."""
    if job.decoder == "pyav":
        return Choice("pyav", "it was asked for")
    obstacle = _obstacle(vetted, machine)
    if job.decoder == "dali":
        if obstacle:
            raise UnsupportedError(
                f"decoder 'dali' cannot decode '{job.name}' here: {obstacle}; "
                "use decoder 'pyav' or 'auto'"
            )
        return Choice("dali", f"it was asked for{_correction(vetted.info)}", machine.has_nvdec)
    if not machine.has_nvdec:
        return Choice("pyav", "there is no NVDEC with DALI here, and on a CPU PyAV is faster")
    if obstacle:
        return Choice("pyav", obstacle)
    return Choice("dali", f"NVDEC decodes {vetted.info.codec}{_correction(vetted.info)}", True)


def _obstacle(vetted: Vetted, machine: Machine) -> str | None:
    """Why DALI cannot decode this clip on this machine, if so."""
    info = vetted.info
    if not machine.has_dali:
        return "nvidia-dali is not installed (pip install 'mimo-runtime[dali]')"
    if machine.has_nvdec:
        if info.pixel_format not in _NVDEC_FORMATS.get(info.codec, ()):
            return f"NVDEC does not decode {info.codec} as {info.pixel_format} on every GPU"
    elif info.codec not in _DALI_CPU_CODECS:
        return f"without NVDEC, DALI decodes VP8, VP9 and MJPEG only, not {info.codec}"
    if info.container == "avi":
        return "DALI may give the frames of an AVI other times and numbers"
    if info.matrix not in _DALI_MATRICES:
        return f"DALI converts the colour matrix {info.matrix} wrongly"
    if not vetted.simple:
        return "the clip has several video streams or hidden frames, which DALI may miscount"
    return None


def _correction(info: ClipInfo) -> str:
    if info.matrix != "bt709":
        return ""
    return "; its BT.601 colours are corrected to BT.709, approximately where it clipped"
