"""A clip in memory, its camera followed and its layers taken apart, in one call each."""

from collections.abc import Collection

from mimo_runtime.layers.camera.motion import CameraMotion
from mimo_runtime.layers.camera.tracker import CameraTracker
from mimo_runtime.layers.frames import Frames, Masks, inside, together
from mimo_runtime.layers.removal.removal import person_area
from mimo_runtime.layers.separation import ClipMasks, Separation


def track_camera(frames: Frames, hidden: Masks, cuts: Collection[int] = ()) -> CameraMotion:
    """The camera's path; `hidden`: people in every frame; `cuts`: frames that begin a shot."""
    tracker = CameraTracker()
    for index, (pixels, mask) in enumerate(together(frames, hidden)):
        tracker.add(pixels, inside(mask), cut=index in cuts)
    return tracker.motion()


def separate(frames: Frames, clip_masks: ClipMasks, cuts: Collection[int] = ()) -> Separation:
    """The clip along the path of its camera."""

    def people():
        return (person_area(one.person) | one.foreign() for one in clip_masks())

    return Separation(frames, clip_masks, track_camera(frames, people, cuts))
