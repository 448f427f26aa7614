"""Where the person is, frame by frame."""

import math

from mimo_runtime.analysis.bbox import intersection_over_union
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.person_detector import PersonDetector
from mimo_runtime.analysis.pose_estimate import PoseEstimate, PoseEstimator
from mimo_runtime.arrays import Pixels
from mimo_runtime.capture.tuning import TUNING


class PersonWatch:
    """Follows one person by the body of the frame before, so that most frames cost one network.

    The largest person is taken at first, and again when the person was lost and nobody is near
    where they were. Who walks past does not take their place: a body counts only where it overlaps
    with that of the frame before.
    """

    def __init__(self, people: PersonDetector, bodies: PoseEstimator) -> None:
        self._people, self._bodies = people, bodies
        self._last: PoseEstimate | None = None
        self._lost = True

    def look(self, pixels: Pixels) -> PoseEstimate | None:
        """The person's body in `pixels`, uint8 [height, width, 3]; None where it is not seen."""
        found = None if self._lost or self._last is None else self._followed(pixels, self._last)
        found = found or self._detected(pixels)
        self._lost = found is None
        self._last = found or self._last
        return found

    def _followed(self, pixels: Pixels, last: PoseEstimate) -> PoseEstimate | None:
        body = self._bodies.find(pixels, last.person(), last.roll_rad())
        near = intersection_over_union(body.region(), last.region()) >= TUNING.same_box
        return body if near and body.presence >= TUNING.presence else None

    def _detected(self, pixels: Pixels) -> PoseEstimate | None:
        people = sorted(self._people.find(pixels), key=self._likelihood, reverse=True)
        for person in people:
            body = self._bodies.find(pixels, person)
            if body.presence >= TUNING.presence:
                return body
        return None

    def _likelihood(self, person: DetectedPerson) -> tuple[float, float]:
        """How near to where the person was, then how large."""
        near = 0.0
        if self._last is not None:
            near = intersection_over_union(person.box, self._last.region())
        size = person.score * math.sqrt(person.box.area)
        return (near if near >= TUNING.same_box else 0.0, size)
