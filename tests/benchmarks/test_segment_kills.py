"""A few workers killed at random moments; the benchmark does it fifty times."""

from pathlib import Path

from benchmarks.segment_kills import measure
from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.bundles import SMALL_BUNDLE
from tests.runtime.serving.calls import shorten

KILLS = 3


def test_nothing_is_half_and_the_result_is_the_same(tmp_path: Path) -> None:
    template = shorten(TEMPLATE, tmp_path)
    given = {"bundle": SMALL_BUNDLE, "character": CHARACTER, "template": template}
    arguments = [part for name, path in given.items() for part in (f"--{name}", str(path))]
    more = ["--steps", "1", "--guidance", "1", "--mode", "corrected"]
    result = measure(KILLS, [*arguments, *more], "3-6", tmp_path)
    told = result.loading + result.denoising + result.writing + result.done
    assert told == result.kills == KILLS
