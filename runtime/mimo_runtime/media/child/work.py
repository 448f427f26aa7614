"""A child's life: one job, reported over its channel."""

import contextlib
import os

from mimo_runtime.errors import LimitExceededError, MediaError, MimoError
from mimo_runtime.media.channel import Channel, ChannelClosedError
from mimo_runtime.media.child.decoding import start_decoding
from mimo_runtime.media.child.fences import limit_cpu, limit_memory
from mimo_runtime.media.child.pictures import decode_picture
from mimo_runtime.media.child.ring_writer import RingWriter
from mimo_runtime.media.child.vetting import vet_clip
from mimo_runtime.media.job import Job


def work(channel: Channel, file: int, job: Job) -> None:
    """Does the job on the open `file`; every failure becomes one sentence for the parent."""
    try:
        limit_cpu(job.limits)
        limit_memory(job.limits)
        _JOBS[job.kind](channel, file, job)
    except ChannelClosedError:
        pass  # the parent has hung up
    except MimoError as error:
        _report(channel, error)
    except (MemoryError, BlockingIOError):  # the latter when no thread can be started
        allowed_mib = job.limits.decode_memory_bytes >> 20
        sentence = f"decoding '{job.name}' needs more than the {allowed_mib} MiB of memory accepted"
        _report(channel, LimitExceededError(f"{sentence} (decode_memory_bytes)"))
    except Exception as error:
        _report(channel, MediaError(f"'{job.name}' cannot be decoded: {_describe(error)}"))


def _report(channel: Channel, error: MimoError) -> None:
    with contextlib.suppress(ChannelClosedError):
        channel.send({"error": type(error).__name__, "message": str(error)})


def _describe(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.splitlines()[0]


def _inspect(channel: Channel, file: int, job: Job) -> None:
    channel.send({"info": vet_clip(file, job).info.to_wire()})


def _decode(channel: Channel, file: int, job: Job) -> None:
    decoding = start_decoding(file, job)
    choice = decoding.choice
    start = {"info": decoding.info.to_wire(), "decoder": choice.decoder, "reason": choice.reason}
    channel.send(start)
    writer = RingWriter(channel)
    for frame in decoding.frames:
        writer.put(frame)
    writer.flush()


def _picture(channel: Channel, file: int, job: Job) -> None:
    with os.fdopen(os.dup(file), "rb") as source:
        decode_picture(source, job, channel)


_JOBS = {"inspect": _inspect, "decode": _decode, "picture": _picture}
