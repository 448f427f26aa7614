"""Somebody in MakeHuman's skirt, which is no mesh of the program's, with the legs apart."""

from dataclasses import replace

import numpy as np

from mimo_runtime.body.body import Body, wearing
from mimo_runtime.body.camera import Camera, orbit
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import View, render_pose
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_synthetic.people.garments import garment

SIDE_PX = 256
CLOTH = (0.8, 0.2, 0.5)
HEM_M = 0.45


def skirted(hem_m: float = HEM_M) -> Body:
    """The shipped body, grey, in a skirt down to `hem_m` over ground."""
    body = load_body()
    piece = garment("skirt", {}, body)
    piece = piece.kept(piece.rest_m[:, 1] > hem_m)
    cloth = np.tile(np.float32(CLOTH), (len(piece.vertices_m), 1))
    grey = replace(body, colours=np.full_like(body.colours, 0.5))
    carried_by = piece.weight_joints, piece.weights
    surface = np.zeros_like(cloth)
    return wearing(grey, piece.vertices_m, piece.triangles, carried_by, surface, cloth)


def posture(spread_deg: float = 8, stride_deg: float = 0) -> Pose:
    """Arms out of the way; each leg turned outwards, one forward and the other back."""
    body = load_body()
    pose = Pose.rest(body.skeleton)
    for joint, axis, angle_deg in (
        ("RightArm", 2, -20), ("LeftArm", 2, 20),
        ("LeftUpLeg", 2, spread_deg), ("RightUpLeg", 2, -spread_deg),
    ):  # fmt: skip
        pose.rotations[body.skeleton.index(joint)] = about_axis(axis, angle_deg)
    for joint, angle_deg in (("LeftUpLeg", -stride_deg), ("RightUpLeg", stride_deg)):
        index = body.skeleton.index(joint)
        pose.rotations[index] = about_axis(0, angle_deg) @ pose.rotations[index]
    return pose


def seen_from(azimuth_deg: float = 0) -> Camera:
    return orbit((0, 0.9, 0), azimuth_deg, 1.0, 4.5, (SIDE_PX, SIDE_PX), SIDE_PX * 2.0)


def picture(body: Body, pose: Pose, camera: Camera) -> tuple[View, np.ndarray]:
    view = render_pose(body, pose, camera)
    return view, np.rint(view.coverage * 255).astype(np.uint8)
