"""The walker of `people` as files of the SMPL family have it."""

import numpy as np

from mimo_runtime.body.rotations import about_axis, from_quaternion, to_quaternion
from mimo_runtime.motions.files.smpl_person import plain_skeleton
from tests.runtime.motions.people import FRAMES, walker

OF_BONE = {"hips": "pelvis", "left_up_leg": "left_hip", "right_up_leg": "right_hip",
           "left_leg": "left_knee", "right_leg": "right_knee", "left_arm": "left_shoulder",
           "right_arm": "right_shoulder", "left_forearm": "left_elbow",
           "right_forearm": "right_elbow"}  # fmt: skip


def vectors(matrices: np.ndarray) -> np.ndarray:
    """Rotation vectors [..., 3]."""
    quaternions = to_quaternion(matrices)
    half = np.arctan2(np.linalg.norm(quaternions[..., 1:], axis=-1), quaternions[..., 0])
    sine = np.where(half > 1e-9, np.sin(half), 1)
    return quaternions[..., 1:] * (2 * half / sine)[..., None]


def smpl_arrays_of_walker(joints: int = 24, world: np.ndarray | None = None) -> dict[str, object]:
    """`poses` [N, 3 joints] and `trans` [N, 3] in metres, y up or turned by `world` [3, 3]."""
    person, axes = walker(), np.eye(3) if world is None else world
    names = plain_skeleton().names
    rotations = np.tile(np.eye(3), (FRAMES, joints, 1, 1))
    theirs = from_quaternion(person.motion.rotations)
    for bone, name in OF_BONE.items():
        rotations[:, names.index(name)] = theirs[:, person.bones[bone]]
    rotations[:, 0] = axes @ rotations[:, 0]
    path = (person.motion.root_m / 100 - [0, 0.92, 0]) @ axes.T
    return {"poses": vectors(rotations).reshape(FRAMES, -1), "trans": path,
            "mocap_framerate": np.array(30.0), "betas": np.zeros(10)}  # fmt: skip


def places_of_walker() -> np.ndarray:
    """Joints [N, 22, 3] in SMPL's order, y up, metres, as text-to-motion models write them."""
    arrays = smpl_arrays_of_walker(22)
    from mimo_runtime.body.pose import forward_kinematics
    from mimo_runtime.body.rotations import from_axis_angle

    rotations = from_axis_angle(np.asarray(arrays["poses"]).reshape(FRAMES, 22, 3))
    root = np.asarray(arrays["trans"]) + plain_skeleton().rest_m[0]
    return forward_kinematics(plain_skeleton(), root, rotations).joints_m


def gvhmr() -> dict[str, object]:
    """As GVHMR writes: in the world, before the camera, and again in what its network gave."""
    walk = smpl_arrays_of_walker()
    poses, path = np.asarray(walk["poses"]), np.asarray(walk["trans"])
    seen = np.asarray(smpl_arrays_of_walker(24, about_axis(0, 180.0))["poses"])
    world = {"body_pose": poses[:, 3:66], "global_orient": poses[:, :3], "transl": path,
             "betas": np.zeros((len(path), 10))}  # fmt: skip
    camera = world | {"global_orient": seen[:, :3]}
    batch = {key: value[None] for key, value in camera.items()}
    inner = {"decode_dict": batch, "pred_smpl_params_global": batch, "static_conf_logits": path}
    return {"smpl_params_incam": camera, "smpl_params_global": world,
            "K_fullimg": np.eye(3)[None].repeat(len(path), 0), "net_outputs": inner}  # fmt: skip
