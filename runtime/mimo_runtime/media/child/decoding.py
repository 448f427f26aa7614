"""From an open file to its frames: validate, choose a back end, start it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.capabilities import probe_capabilities
from mimo_runtime.media.child.completeness import complete
from mimo_runtime.media.child.decoder_choice import DecoderChoice, choose_decoder
from mimo_runtime.media.child.pyav_decoder import PyAvDecoder
from mimo_runtime.media.child.rlimits import limit_memory
from mimo_runtime.media.child.validation import ValidatedClip, validate_clip
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob


@dataclass(frozen=True, slots=True)
class Decoding:
    """A clip whose first frame has been decoded; `frames` yields all of them."""

    info: ClipInfo
    choice: DecoderChoice
    frames: Iterator[NDArray[np.uint8]]


def start_decoding(file: int, job: DecodeJob) -> Decoding:
    """Validate the open `file`, then decode with the back end that suits it and this machine."""
    clip = validate_clip(file, job)
    choice, frames = start_decoder(file, job, clip, choose_decoder(job, clip, probe_capabilities()))
    return Decoding(clip.info, choice, complete(frames, clip.info, job.name))


def start_decoder(
    file: int, job: DecodeJob, clip: ValidatedClip, choice: DecoderChoice
) -> tuple[DecoderChoice, Iterator[NDArray[np.uint8]]]:
    """Start what was chosen; when that is DALI by default and it fails at once, PyAV.

    A GPU whose driver is too old or that lends no video engine (MIG) shows only when used.
    """
    try:
        return choice, _begun(_frames(file, job, clip, choice))
    except (MediaError, RuntimeError) as error:
        if choice.decoder == "pyav" or job.decoder != "auto":
            raise
        limit_memory(job.limits)
        fallback = DecoderChoice("pyav", f"DALI failed: {str(error).splitlines()[0]}")
        return fallback, _begun(_frames(file, job, clip, fallback))


def _frames(
    file: int, job: DecodeJob, clip: ValidatedClip, choice: DecoderChoice
) -> Iterator[NDArray[np.uint8]]:
    if choice.decoder == "pyav":
        return PyAvDecoder(file, job, clip.info, clip.plan).frames()
    from mimo_runtime.media.child.dali_decoder import DaliDecoder

    return DaliDecoder(file, job, clip.info, on_gpu=choice.on_gpu).frames()


def _begun(frames: Iterator[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    """The same frames, the first of them decoded."""
    return chain(list(islice(frames, 1)), frames)
