"""The tuned numbers of masks and reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayersTuning:
    """What is tuned, in one place.

    Chosen on made-up clips of seeds below 54 and tried on others (`python -m
    benchmarks.decomposition`), unless a line says otherwise.

    Attributes:
        feet_axes: half axes of the area around the feet, of the person's height.
        ground_axes: the same, of where most shadows lie.
        far_px: from here on the distance transform is quicker than dilation; speed only.
        feet_share: of the person's height: what counts as feet.
        change_levels: uint8 values that a change is at least.
        change_noise: times the usual difference that it is at least.
        hardly_uncovered: share of a plate uncovered below which somebody is said to stand still.
        misfit: share of the picture unlike the plate from which it is said.
        doubtful_confidence: confidence in an occluder below which it is said to be doubtful.
    """

    feet_axes: tuple[float, float] = (0.45, 0.12)
    ground_axes: tuple[float, float] = (1.0, 0.22)
    far_px: int = 6
    feet_share: float = 0.06
    change_levels: float = 20.0
    change_noise: float = 5.0
    hardly_uncovered: float = 0.5
    misfit: float = 0.04
    doubtful_confidence: float = 0.6


TUNING = LayersTuning()
