"""The tuned numbers of taking a person out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemovalTuning:
    """What is tuned, in one place.

    Chosen on made-up clips of seeds below 54 and tried on others (`python -m
    benchmarks.decomposition`), unless a line says otherwise.

    Attributes:
        margin: of the frame's longer side: how far beyond a mask a person may reach; more replaces
            more.
        feather: of the longer side: over how much the replacement fades; more hides seams, blurs
            edges.
        ring: of the longer side: how wide the ring is along which the plate is matched to the
            frame.
        haze: value of a mask, 0..1, from which something of the person is there.
        strange_levels: uint8 values: more than exposure explains.
        blurs: importance, and reach in widths of the ring, of each blur of the correction.
        smallest_moving: of the frame: a smaller thing that moves is noise.
        darker: share of the plate's brightness that a shadow leaves, least and most.
        shadow_colour: difference of the shares of red, green and blue that a shadow may make.
        dark_levels: uint8 values below which colour is noise.
        shadow_side_px: longer side of the picture in which shadows are sought; more is slower and
            finer.
        shadow_blur: of the longer side.
        shadow_reach: of the person's height: how far from the feet a shadow may lie.
        smallest_shadow: of the frame.
        shadow_grain: of the longer side: what is narrower is noise.
        shadow_edge: of the longer side: how far a shadow is widened; more leaves less of it,
            replaces more.
        shadow_joint: of the longer side: how far from the feet a shadow may begin.
        shadow_gap: of the person's height: as wide may be what parts a shadow.
    """

    margin: float = 0.012
    feather: float = 0.012
    ring: float = 0.02
    haze: float = 0.15
    strange_levels: float = 28.0
    blurs: tuple[tuple[float, float], tuple[float, float]] = ((1.0, 1.0), (0.1, 3.0))
    smallest_moving: float = 8e-4
    darker: tuple[float, float] = (0.25, 0.92)
    shadow_colour: float = 0.045
    dark_levels: float = 24.0
    shadow_side_px: float = 320.0
    shadow_blur: float = 0.004
    shadow_reach: float = 1.3
    smallest_shadow: float = 4e-4
    shadow_grain: float = 0.004
    shadow_edge: float = 0.01
    shadow_joint: float = 0.03
    shadow_gap: float = 0.25


TUNING = RemovalTuning()
