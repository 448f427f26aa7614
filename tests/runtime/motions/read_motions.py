"""Motion files read, and compared with the walker."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.body.smpl import SmplModel
from mimo_runtime.motions.files.motion_source import ReadOptions
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.retarget import retarget
from tests.runtime.motions.people import (
    BODY,
    MAIN,
    limbs_apart_deg,
    travel_m,
    turned_apart_deg,
    walker,
)

EXPECTED = retarget(walker(), BODY).motion
RATE = ReadOptions(rate_fps=Fraction(30))


def assert_same(motion: Motion, twist_deg: float = 5.0, names: tuple[str, ...] = MAIN) -> None:
    """As the plain file, but for the size of the person."""
    assert limbs_apart_deg(motion, EXPECTED) < 6
    assert turned_apart_deg(motion, EXPECTED, names) < twist_deg
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.12)


def fitted(path: Path, options: ReadOptions | None = None, **more: SmplModel) -> Motion:
    return read_motion(path, options=options, **more).fitted(BODY).motion
