"""A clip in memory, its camera followed and its layers taken apart, in one call each."""

from collections.abc import Collection

from mimo_runtime.layers.camera import CameraPath
from mimo_runtime.layers.camera_tracker import CameraTracker
from mimo_runtime.layers.frames import Frames, Masks, inside, together
from mimo_runtime.layers.removal import human_area
from mimo_runtime.layers.separation import Separation, Sightings


def track_camera(frames: Frames, hidden: Masks, cuts: Collection[int] = ()) -> CameraPath:
    """The camera's path; `hidden`: people in every frame; `cuts`: frames that begin a shot."""
    tracker = CameraTracker()
    for index, (pixels, mask) in enumerate(together(frames, hidden)):
        tracker.add(pixels, inside(mask), cut=index in cuts)
    return tracker.path()


def separate(frames: Frames, sightings: Sightings, cuts: Collection[int] = ()) -> Separation:
    """The clip along the path of its camera."""

    def people():
        return (human_area(one.human) | one.foreign() for one in sightings())

    return Separation(frames, sightings, track_camera(frames, people, cuts))
