"""What no person's motion is: numbers that are none, ways faster and longer than anybody goes."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.motion import Motion

MAX_SPEED_M_PER_S = 12.0
MAX_WAY_M = 1000.0
_MAX_FAST_SHARE = 0.02


def check_motion(motion: Motion, name: str) -> tuple[str, ...]:
    """Remarks on `motion`, a motion in metres from the file `name`.

    A single jump, as between a T-posture and what follows it, is remarked upon.

    Raises:
        MediaError: a number is not finite, the person goes faster than `MAX_SPEED_M_PER_S` for
            more than single frames, or further than `MAX_WAY_M`.
    """
    if not (np.isfinite(motion.root_m).all() and np.isfinite(motion.rotations).all()):
        raise MediaError(
            f"'{name}' gives a motion with numbers that are not finite; export it anew."
        )
    steps_m = np.linalg.norm(np.diff(motion.root_m.astype(np.float64), axis=0), axis=1)
    fast = steps_m * float(motion.rate_fps) > MAX_SPEED_M_PER_S
    span_m = float(np.ptp(motion.root_m, axis=0).max())
    if span_m > MAX_WAY_M or fast.sum() > max(1, _MAX_FAST_SHARE * len(fast)):
        raise MediaError(
            f"By '{name}' the person goes {span_m:,.0f} m far, {steps_m.sum():,.0f} m of way in "
            f"{motion.duration_s:.1f} s; nobody is faster than {MAX_SPEED_M_PER_S:g} m/s. Its path "
            "may be in another unit than metres: give a scale, 0.001 for millimetres or 0.01 for "
            "centimetres, or the rate of the source.",
            settings=("scale", "source_fps"),
        )
    return (_jump(motion, steps_m, fast),) if fast.any() else ()


def _jump(motion: Motion, steps_m: Array, fast: NDArray[np.bool_]) -> str:
    frame = int(np.flatnonzero(fast)[0]) + 1
    return (
        f"the person jumps {steps_m[frame - 1]:.1f} m at {frame / float(motion.rate_fps):.2f} s; "
        "a range that begins later leaves it out"
    )
