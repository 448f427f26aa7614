"""Jobs: what is refused, how they stop, what is left when they do, several at once."""

import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from mimo_runtime.errors import (
    CancelledError,
    DeadlineExceededError,
    InvalidRequestError,
    UnsupportedError,
)
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.wire.progress import Progress
from tests.golden import GOLDEN
from tests.runtime.synthesis.requests import all_frames, golden_request, ignore, with_solver


@pytest.fixture(scope="module")
def synthesizer(compact_bundle: Path) -> Synthesizer:
    return Synthesizer.load(compact_bundle, threads=1)


def request(**settings: object) -> SynthesisRequest:
    return golden_request(GOLDEN, **{"steps": 3, "guidance": 2.0} | settings)


@pytest.fixture
def gives_back() -> Iterator[None]:
    """After the test the decoders are gone; the process they are forked from may stay."""
    request()
    before = helpers()
    yield
    request()  # behind all children that were asked for before, begun or not
    give_up_at_s = time.monotonic() + 30
    while not (left := helpers()) <= before and time.monotonic() < give_up_at_s:
        time.sleep(0.02)
    assert left <= before


def helpers() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_a_character_without_a_matte(synthesizer: Synthesizer) -> None:
    given = request()
    bare = SynthesisRequest(given.character, given.template, given.settings)
    with pytest.raises(InvalidRequestError, match="no matte was given; give"):
        synthesizer.start(bare, CancellationToken(), ignore)


def test_a_solver_that_is_not_supported(compact_bundle: Path, tmp_path: Path) -> None:
    bundle = with_solver(compact_bundle, tmp_path / "bundle", beta_schedule="squaredcos_cap_v2")
    with pytest.raises(UnsupportedError, match="beta_schedule is 'squaredcos_cap_v2'"):
        Synthesizer.load(bundle).start(request(), CancellationToken(), ignore)


def test_more_steps_than_there_are_timesteps(compact_bundle: Path, tmp_path: Path) -> None:
    bundle = with_solver(compact_bundle, tmp_path / "bundle", num_train_timesteps=100)
    with pytest.raises(InvalidRequestError, match="steps is 101; the solver can take 1 to 100"):
        Synthesizer.load(bundle).start(request(steps=101), CancellationToken(), ignore)


@pytest.mark.parametrize(
    ("stage", "done", "passes"),
    [("boxes", 2, 0), ("identity", 1, 0), ("scene", 3, 0), ("denoise", 2, 2), ("frames", 1, 3)],
)
@pytest.mark.usefixtures("gives_back")
def test_cancelled_by_another_thread(
    synthesizer: Synthesizer, stage: str, done: int, passes: int
) -> None:
    """Nothing more is done than what had begun: no further box, map, pass or frame."""
    stop, told = CancellationToken(), list[Progress]()

    def on_progress(progress: Progress) -> None:
        told.append(progress)
        if (progress.stage, progress.done) == (stage, done):
            other = threading.Thread(target=stop.cancel)
            other.start()
            other.join()

    with pytest.raises(CancelledError):
        list(synthesizer.start(request(), stop, on_progress).frames())
    assert (told[-1].stage, told[-1].done) == (stage, done)
    assert sum(progress.stage == "denoise" for progress in told) == passes


@pytest.mark.usefixtures("gives_back")
def test_a_deadline_that_has_passed(synthesizer: Synthesizer) -> None:
    told: list[Progress] = []
    with pytest.raises(DeadlineExceededError):
        synthesizer.start(request(), CancellationToken(deadline_s=0), told.append)
    assert told == []


@pytest.mark.usefixtures("gives_back")
def test_frames_that_nobody_takes(synthesizer: Synthesizer) -> None:
    frames = synthesizer.start(request(steps=1), CancellationToken(), ignore).frames()
    assert next(frames).index == 0
    frames.close()
    with pytest.raises(StopIteration):
        next(frames)


def test_two_jobs_at_once_do_what_each_does_alone(synthesizer: Synthesizer) -> None:
    seeds = (1, 2)
    alone = {seed: all_frames(synthesizer, request(seed=seed)) for seed in seeds}
    together = {}

    def work(seed: int) -> None:
        together[seed] = all_frames(synthesizer, request(seed=seed))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in seeds:
        pairs = zip(together[seed], alone[seed], strict=True)
        assert all(np.array_equal(one.rgb, other.rgb) for one, other in pairs)
    pairs = zip(alone[1], alone[2], strict=True)
    assert not all(np.array_equal(one.rgb, other.rgb) for one, other in pairs)


def test_dry_run(compact_bundle: Path) -> None:
    dry = Synthesizer.load(compact_bundle, threads=1).dry_run()
    assert 0 < dry.seconds < math.inf
    assert dry.resident_bytes > (compact_bundle / "weights.bin").stat().st_size
