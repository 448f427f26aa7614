"""What a BVH file's channels mean: rotations and the path of the root, in file units and axes."""

import numpy as np

from mimo_runtime.body.rotations import about_axis, to_quaternion
from mimo_runtime.motions.bvh import BvhFile
from mimo_runtime.motions.motion import Motion


def bvh_motion(file: BvhFile, source: str) -> Motion:
    """The motion of the file's own skeleton.

    Rotations apply in the order in which the channels are listed, the last one first. The root's
    position channels are its place; those of other joints, which stretch bones, are left out.
    """
    count = len(file.values)
    rotations = np.tile(np.eye(3), (count, len(file.channels), 1, 1))
    root = np.tile(file.skeleton.rest_m[0], (count, 1))
    column = 0
    for joint, channels in enumerate(file.channels):
        for channel in channels:
            values, axis = file.values[:, column], "XYZ".index(channel[0])
            column += 1
            if channel.endswith("rotation"):
                rotations[:, joint] = rotations[:, joint] @ about_axis(axis, values)
            elif joint == 0:
                root[:, axis] = values
    return Motion(
        joints=file.skeleton.names,
        rate_fps=file.rate_fps,
        root_m=root.astype(np.float32),
        rotations=to_quaternion(rotations).astype(np.float32),
        source=source,
    )
