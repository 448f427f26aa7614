"""What the analysis knows of one frame, as far as layers need it."""

from dataclasses import dataclass

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.frames import Flags, Mask, inside


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """Somebody else: `mask` [height, width].

    `nearer`: log-odds of being nearer than the person, as of `analysis.depth_order`; None where the
    analysis does not know, which leaves it to the foot line.
    """

    mask: Mask
    nearer: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FrameMasks:
    """The person in one frame and what is around it.

    `person`: mask of what is seen of the person, [height, width]. `expected`: what would be seen
    with nothing in front, as from a rendered body. `inverse_depth`: of a depth network, float32
    [height, width], larger is nearer, in any unit.
    """

    person: Mask
    expected: Mask | None = None
    inverse_depth: Floats | None = None
    others: tuple[Other, ...] = ()

    def foreign(self) -> Flags:
        """The other people together, bool [height, width]."""
        area = inside(self.person) & False
        for other in self.others:
            area = area | inside(other.mask)
        return area


@dataclass(frozen=True, slots=True, eq=False)
class FrameVsPlate:
    """One frame beside its plate.

    `pixels` and `view`: the frame and the plate as the frame would show it, uint8 [height, width,
    3]. The others are bool [height, width]. `unseen`: where the plate is invented; `different`:
    where the frame is not the plate; `shade`: where it is the plate with less light; `shadow`: of
    the person.
    """

    index: int
    pixels: Pixels
    view: Pixels
    unseen: Flags
    different: Flags
    shade: Flags
    shadow: Flags
    masks: FrameMasks
