"""The tuned numbers of live motion capture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptureTuning:
    """What is tuned, in one place. All were chosen.

    Attributes:
        presence: of a body from which it is believed to be there.
        same_box: overlap with where the person was from which it is still that person.
        positions_hz, positions_slope: cut-off of the landmarks in space at rest, and how much it
            rises with their speed in m/s; more follows faster and shakes more.
        rays_hz, rays_slope: the same of lines of sight, their speed in slopes a second.
        depth_hz, depth_slope: the same of the distance from the camera, of its logarithm.
        speed_hz: cut-off of the speeds themselves.
        first_steps, steps: of the solver for a posture from nothing, and from the one before.
    """

    presence: float = 0.5
    same_box: float = 0.2
    positions_hz: float = 2.0
    positions_slope: float = 2.0
    rays_hz: float = 6.0
    rays_slope: float = 30.0
    depth_hz: float = 0.7
    depth_slope: float = 1.0
    speed_hz: float = 1.0
    first_steps: int = 6
    steps: int = 3


TUNING = CaptureTuning()
