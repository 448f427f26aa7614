"""A child's life: one job, reported over its channel."""

import contextlib
import os
from errno import EAGAIN, ENOMEM

import av

from mimo_runtime.errors import LimitExceededError, MediaError, MimoError, ResourceError
from mimo_runtime.media.channel import Channel, ChannelClosedError
from mimo_runtime.media.child.decoding import start_decoding
from mimo_runtime.media.child.pictures import decode_picture
from mimo_runtime.media.child.ring_writer import RingWriter
from mimo_runtime.media.child.rlimits import is_lowered, limit_cpu, limit_memory
from mimo_runtime.media.child.sound import decode_sound
from mimo_runtime.media.child.validation import validate_clip
from mimo_runtime.media.decode_job import DecodeJob


def work(channel: Channel, file: int, job: DecodeJob) -> None:
    """Do the job on the open `file`; every failure becomes one sentence for the parent."""
    try:
        _limit(job)
        _JOBS[job.kind](channel, file, job)
    except ChannelClosedError:
        pass  # the parent has hung up
    except MimoError as error:
        _report(channel, error)
    except Exception as error:
        _report(channel, _translate(error, job))


def _limit(job: DecodeJob) -> None:
    try:
        limit_cpu(job.limits)
        limit_memory(job.limits)
    except (OSError, ValueError) as error:
        raise ResourceError(
            f"The process that decodes '{job.name}' cannot be limited: {error}; see which limits "
            "this program was started with."
        ) from error


def _translate(error: Exception, job: DecodeJob) -> MimoError:
    """What a library's exception means for the user; a call of the system that fails is no fault
    of the file.
    """
    # EAGAIN: no thread can be started, for want of memory for its stack.
    if isinstance(error, MemoryError) or getattr(error, "errno", 0) in (ENOMEM, EAGAIN):
        if is_lowered():
            return ResourceError(
                f"Decoding '{job.name}' needs more memory than this program was started with; "
                "raise its limit (ulimit -v), or reduce the size of the file."
            )
        allowed_mib = job.limits.decode_memory_bytes >> 20
        return LimitExceededError(
            f"Decoding '{job.name}' needs more than the {allowed_mib} MiB of memory accepted for "
            "one file; reduce its size first."
        )
    if isinstance(error, OSError) and error.errno and not isinstance(error, av.FFmpegError):
        return ResourceError(
            f"'{job.name}' cannot be decoded here now: {error.strerror}; try again when the "
            "machine is less busy."
        )
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return MediaError(
        f"'{job.name}' cannot be decoded: {text.splitlines()[0]}; save or encode it again."
    )


def _report(channel: Channel, error: MimoError) -> None:
    with contextlib.suppress(ChannelClosedError):
        channel.send({"error": type(error).__name__, "message": str(error)})


def _inspect(channel: Channel, file: int, job: DecodeJob) -> None:
    channel.send({"info": validate_clip(file, job).info.to_wire()})


def _decode(channel: Channel, file: int, job: DecodeJob) -> None:
    decoding = start_decoding(file, job)
    choice = decoding.choice
    start = {"info": decoding.info.to_wire(), "decoder": choice.decoder, "reason": choice.reason}
    channel.send(start)
    writer = RingWriter(channel)
    for frame in decoding.frames:
        writer.put(frame)
    writer.flush()


def _picture(channel: Channel, file: int, job: DecodeJob) -> None:
    with os.fdopen(os.dup(file), "rb") as source:
        decode_picture(source, job, channel)


_JOBS = {"inspect": _inspect, "decode": _decode, "picture": _picture, "sound": decode_sound}
