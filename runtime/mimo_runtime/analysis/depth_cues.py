"""What is known of how near a body or another layer is."""

import numpy as np

from mimo_runtime.analysis.depth_order import DepthCues
from mimo_runtime.analysis.joints import FEET, LANDMARK
from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats


def body_cues(
    body: PoseEstimate, height_px: int, inverse_depth: Floats | None, mask: Floats
) -> DepthCues:
    """What one body tells.

    Args:
        body: found in a frame of `height_px`.
        inverse_depth: of a `DepthEstimator`, float32 [height, width], or None.
        mask: the body's, float32 [height, width].
    """
    near = None if inverse_depth is None else inverse_depth_in(inverse_depth, mask)
    return DepthCues(near, px_per_m(body), ground_contact_row(body, height_px))


def inverse_depth_in(inverse_depth: Floats, mask: Floats) -> float | None:
    """The median of `inverse_depth` in `mask`, as a share of its range; None for an empty mask."""
    inside = inverse_depth[mask > 0.5]
    if inside.size == 0:
        return None
    low, high = np.percentile(inverse_depth, (2, 98))
    if high <= low:
        return 0.5
    return float(np.clip((np.median(inside) - low) / (high - low), 0, 1))


def px_per_m(body: PoseEstimate) -> float | None:
    """Pixels per metre at the body: its points in the picture against those in metres.

    Least squares over what is seen; None for fewer than four points.
    """
    visible = body.visibility >= TUNING.landmark_seen
    if visible.sum() < 4:
        return None
    picture = body.points[visible, :2] - body.points[visible, :2].mean(axis=0)
    metres = body.world[visible, :2] - body.world[visible, :2].mean(axis=0)
    scale = float((picture * metres).sum() / max(float((metres**2).sum()), 1e-6))
    return scale if scale > 0 else None


def ground_contact_row(body: PoseEstimate, height_px: int) -> float | None:
    """Where the lower foot stands, as a share of the frame's height.

    None where no foot is seen or it reaches the lower edge, for then it may be cut off.
    """
    feet = [LANDMARK[name] for name in FEET]
    visible = body.visibility[feet] >= TUNING.landmark_seen
    if not visible.any():
        return None
    line = float(body.points[feet, 1][visible].max()) / height_px
    return line if line < TUNING.feet_edge else None
