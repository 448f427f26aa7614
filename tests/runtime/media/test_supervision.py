"""The decoding children: they may die, and nothing else may."""

import gc
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

import mimo_runtime
from mimo_runtime.errors import (
    CancelledError,
    DeadlineExceededError,
    LimitExceededError,
    MediaError,
    ResourceError,
)
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.fork_server import ForkServer
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import ClipReader, frames_at, inspect_clip, open_clip
from mimo_runtime.media.ring import RING_SLOTS
from mimo_runtime.synthesis.cancellation import CancellationToken

from .clips import picture, write_clip
from .frames import all_frames
from .processes import is_alive, wait_until

SOURCE_ROOT = Path(mimo_runtime.__file__).parents[1]


def fork_server() -> psutil.Process:
    return next(
        child
        for child in psutil.Process().children()
        if is_alive(child)
        and "mimo_runtime.media.child.fork_server" in " ".join(child.cmdline())
        and "nvidia.dali.fn" not in child.cmdline()
    )


def children() -> list[psutil.Process]:
    return [child for child in fork_server().children() if is_alive(child)]


def only_child() -> psutil.Process:
    """The child at work, once those that earlier tests gave up have gone."""
    wait_until(lambda: len(children()) == 1)
    (child,) = children()
    return child


def ring_bytes(child: psutil.Process) -> int:
    """Memory that the child has touched of the ring that it shares with this process."""
    return sum(area.rss for area in child.memory_maps() if "mimo-frames" in area.path)


def kill(process: psutil.Process) -> None:
    process.kill()
    wait_until(lambda: not is_alive(process))


def test_a_child_that_is_killed_is_a_sentence(long_clip: Path, limits: MediaLimits) -> None:
    with open_clip(long_clip, limits, batch_frames=2) as reader:
        batches = iter(reader)
        next(batches)
        child = only_child()
        child.send_signal(signal.SIGSEGV)
        with pytest.raises(MediaError, match=r"ended unexpectedly on 'long\.mp4' \(SIGSEGV\)"):
            list(batches)
    assert len(all_frames(long_clip)) == 60


def test_a_child_that_the_system_kills_is_no_fault_of_the_file(
    long_clip: Path, limits: MediaLimits
) -> None:
    with open_clip(long_clip, limits, batch_frames=2) as reader:
        batches = iter(reader)
        next(batches)
        kill(only_child())
        with pytest.raises(ResourceError, match=r"'long\.mp4' was killed.*try again later"):
            list(batches)


def rings() -> int:
    """Mappings of rings that this process holds."""
    return Path("/proc/self/maps").read_text().count("mimo-frames")


def test_the_ring_does_not_wait_for_the_garbage_collector(
    long_clip: Path, limits: MediaLimits
) -> None:
    before = rings()
    gc.disable()
    try:
        with open_clip(long_clip, limits, batch_frames=2) as reader:
            frames = frames_at(reader, range(60))
            next(frames)
            assert rings() == before + 1
            kill(only_child())
            with pytest.raises(ResourceError):
                list(frames)
        del frames
        assert rings() == before
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "work",
    [inspect_clip, lambda clip, limits, token: open_clip(clip, limits, stop=token)],
    ids=["inspect", "decode"],
)
def test_a_cancelled_wait_for_a_decoder_ends(
    long_clip: Path, limits: MediaLimits, work: Callable[..., object]
) -> None:
    token = CancellationToken()
    suspended = fork_server()
    suspended.suspend()  # no decoder answers from now on
    timer = threading.Timer(0.2, token.cancel)
    timer.start()
    try:
        with pytest.raises(CancelledError):
            work(long_clip, limits, token)
    finally:
        suspended.resume()
    wait_until(lambda: not children())
    with pytest.raises(CancelledError):
        inspect_clip(long_clip, limits, token)


def test_a_deadline_ends_the_wait_for_a_decoder(long_clip: Path, limits: MediaLimits) -> None:
    suspended = fork_server()
    suspended.suspend()
    try:
        with pytest.raises(DeadlineExceededError):
            inspect_clip(long_clip, limits, CancellationToken(deadline_s=0.2))
    finally:
        suspended.resume()


def test_a_child_that_takes_too_long_is_ended(long_clip: Path, limits: MediaLimits) -> None:
    hasty = replace(limits, decode_timeout_s=3.0)
    with open_clip(long_clip, hasty, batch_frames=2) as reader:
        child = only_child()
        child.suspend()
        with pytest.raises(LimitExceededError, match=r"'long\.mp4' took more than 3 s"):
            list(reader)
        wait_until(lambda: not is_alive(child))
    assert len(all_frames(long_clip)) == 60


def test_a_fork_server_that_is_killed_is_started_again(
    long_clip: Path, limits: MediaLimits
) -> None:
    with open_clip(long_clip, limits, batch_frames=2) as reader:
        old_server, child = fork_server(), only_child()
        kill(old_server)
        with pytest.raises(ResourceError, match="ended without a word"):
            list(reader)
    wait_until(lambda: not is_alive(child))
    assert len(all_frames(long_clip)) == 60
    assert fork_server() != old_server


def test_closing_early_ends_the_child(long_clip: Path, limits: MediaLimits) -> None:
    with open_clip(long_clip, limits, batch_frames=2) as reader:
        first = next(iter(reader)).frames
        only_child()
    wait_until(lambda: not children())
    assert first[0].max() > 200


def test_a_reader_that_is_forgotten_ends_its_child(long_clip: Path, limits: MediaLimits) -> None:
    reader: ClipReader | None = open_clip(long_clip, limits, batch_frames=2)
    only_child()
    del reader
    gc.collect()
    wait_until(lambda: not children())


def test_nothing_is_left_behind(long_clip: Path, limits: MediaLimits) -> None:
    bad = long_clip.with_name("bad.mp4")
    bad.write_bytes(long_clip.read_bytes()[:-500])
    process, before = psutil.Process(), sorted(Path("/dev/shm").iterdir())

    def read_a_few(count: int) -> None:
        for _ in range(count):
            all_frames(long_clip)
            with open_clip(long_clip, limits) as reader:
                next(iter(reader))
            with pytest.raises(MediaError):
                all_frames(bad)

    read_a_few(2)
    gc.collect()
    descriptors, memory_maps = process.num_fds(), len(process.memory_maps(grouped=False))
    read_a_few(20)
    gc.collect()
    assert process.num_fds() == descriptors
    assert len(process.memory_maps(grouped=False)) < memory_maps + 10
    assert sorted(Path("/dev/shm").iterdir()) == before
    wait_until(lambda: not children())


def test_the_child_waits_for_the_reader_in_bounded_memory(
    tmp_path: Path, limits: MediaLimits
) -> None:
    pictures = [picture(index, 640, 480) for index in range(40)]
    path = write_clip(tmp_path / "large.mp4", pictures)
    with open_clip(path, limits, batch_frames=1) as reader:
        batches = iter(reader)
        next(batches)
        child = only_child()
        wait_until(lambda: ring_bytes(child) == RING_SLOTS * pictures[0].nbytes)
        assert len(list(batches)) == 39


def test_many_threads_read_at_once(long_clip: Path) -> None:
    expected = all_frames(long_clip)
    with ThreadPoolExecutor(4) as threads:
        for frames in threads.map(all_frames, [long_clip] * 12):
            np.testing.assert_array_equal(frames, expected)


def test_the_thread_that_came_first_may_end(clip: Path, limits: MediaLimits) -> None:
    kill(fork_server())
    thread = threading.Thread(target=inspect_clip, args=(clip, limits))
    thread.start()
    thread.join()
    first = fork_server()
    assert inspect_clip(clip, limits).frame_count == 12
    assert fork_server() == first


def test_a_process_that_cannot_be_started_is_a_sentence(
    clip: Path, limits: MediaLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptors = psutil.Process().num_fds()
    monkeypatch.setattr(sys, "executable", "/missing/python")
    job = DecodeJob("inspect", "clip.mp4", "mp4", limits)
    with (
        clip.open("rb") as file,
        pytest.raises(ResourceError, match=r"No process can be started .*No such file"),
    ):
        ForkServer().start_child(job, file.fileno())
    assert psutil.Process().num_fds() == descriptors
