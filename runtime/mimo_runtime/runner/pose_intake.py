"""Postures of one live stream on their way in: from any thread, to the loop."""

import threading
import time
from dataclasses import dataclass

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.planning.frame_queue import FrameQueue
from mimo_runtime.synthesis.live_poses import frame_camera, pose_of
from mimo_runtime.wire.live import CameraNumbers, PoseFrame, QueuePolicy


@dataclass(slots=True, eq=False)
class Posed:
    """A frame on its way; times are on the monotonic clock."""

    frame: PoseFrame
    pose: Pose
    camera: Camera
    arrived_s: float
    taken_s: float = 0.0


class PoseIntake:
    """`queue_frames` postures that may wait, and the one that is next.

    `put` and `end` come from any thread, all else from that of the loop.
    """

    def __init__(
        self, skeleton: Skeleton, camera: CameraNumbers, queue_frames: int, policy: QueuePolicy
    ) -> None:
        self.taken = 0
        self.pending: Posed | None = None
        self._skeleton, self._camera = skeleton, camera
        self._queue = FrameQueue[Posed](queue_frames, policy)
        self._lock = threading.Lock()
        self._ended = False

    @property
    def dropped(self) -> int:
        """Postures that gave way."""
        return self._queue.dropped

    def put(self, frame: PoseFrame) -> bool:
        """Take a posture; False where there is no room and none gives way.

        Raises:
            InvalidRequestError: its numbers cannot be drawn.
        """
        pose = pose_of(frame, self._skeleton)
        camera = frame_camera(frame, self._camera)
        with self._lock:
            return self._queue.put(Posed(frame, pose, camera, time.monotonic()))

    def end(self) -> None:
        """Hear that no posture comes any more."""
        with self._lock:
            self._ended = True

    def is_known(self) -> bool:
        """Whether the next posture is here, or none will be."""
        with self._lock:
            return self._ended or self.pending is not None or len(self._queue) > 0

    def next(self) -> Posed | None:
        """The next posture, taken up if it was not before; None where there is none."""
        with self._lock:
            self.pending = self.pending or self._queue.take()
        if self.pending is not None and not self.pending.taken_s:
            self.pending.taken_s = time.monotonic()
            self.taken += 1
        return self.pending

    def take(self) -> Posed:
        """The next posture, which then is no more."""
        posed, self.pending = self.pending, None
        assert posed is not None  # a frame enters when its posture is here
        return posed
