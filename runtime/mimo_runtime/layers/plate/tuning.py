"""The tuned numbers of the clean plate."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlateTuning:
    """What is tuned, in one place.

    Chosen on made-up clips of seeds below 54 and tried on others (`python -m
    benchmarks.decomposition`), unless a line says otherwise.

    Attributes:
        exposure_side_px: longer side of the picture in which exposure is compared; speed only.
        exposure_fewest: pixels that must be shared for a gain to be measured.
        exposure_levels: uint8 values outside which a channel is crushed or burnt out.
        exposure_gains: the least and the largest gain.
        exposure_nothing: a gain that is less from 1 is none.
        exposure_memory: share of what was known that stays when a frame is learned.
        short_share: share of the expected silhouette: when less is seen, something is in front.
        expected_reach: of the longer side: how far around an expected silhouette a person may be.
        margin_parts: parts of the margin around a mask, the first hidden, the others ever less
            near.
        few_observations: observations, fewer of which are chance.
        short_frames: frames: of a shorter segment no more can be asked for.
        lasting_observations: observations of what lasts, at least.
        lasting_share: of the frames that show a place: how often what lasts has to be seen.
        lasting_levels: uint8 values by which what lasts may change.
        stack_bytes: memory of the observations of one plate; more keeps more of them.
        depths: fewest and most observations kept of a place; more is truer, slower and larger.
        pixel_bytes: bytes of one observation, by its layout.
        rounding: of a part of the time, less than a frame: 7 / 25 of 25 is more than 7.
        tile_bytes: memory of a tile while the median is taken; speed only.
        lit_share: of the brightest: what is darker is in shadow.
        noise_levels: uint8 values that are noise.
        bright_eighths: eighths of the observations that are darker than what counts as lit.
        fill_context: of a hole's longer side: what is looked at on all sides to fill it.
        fill_least_context_px: the same, at least.
        fill_most_px: pixels of the picture in which patches are sought; more is slower and sharper.
        fill_smallest_px: shorter pictures have no patches to speak of.
        fill_join: of the picture's longer side: holes as near to each other are filled as one.
        fill_thin: such a part of that is half the width of what is narrow.
        hurried_frames: frames: plates of shorter segments are many and not worth patches.
        many_segments: segments from which that matters.
        hurried_observations: observations of a first plate, which only has to show what moves.
        hurried_enough_frames: frames for them.
    """

    exposure_side_px: float = 128.0
    exposure_fewest: int = 24
    exposure_levels: tuple[float, float] = (12.0, 243.0)
    exposure_gains: tuple[float, float] = (0.4, 2.5)
    exposure_nothing: float = 0.004
    exposure_memory: float = 0.9
    short_share: float = 0.6
    expected_reach: float = 0.025
    margin_parts: int = 4
    few_observations: int = 2
    short_frames: int = 8
    lasting_observations: int = 4
    lasting_share: float = 0.3
    lasting_levels: int = 10
    stack_bytes: int = 320 << 20
    depths: tuple[int, int] = (9, 49)
    pixel_bytes: int = 4
    rounding: float = 1e-6
    tile_bytes: int = 8 << 20
    lit_share: float = 0.92
    noise_levels: int = 3
    bright_eighths: int = 7
    fill_context: float = 1.0
    fill_least_context_px: int = 48
    fill_most_px: int = 640 * 640
    fill_smallest_px: int = 24
    fill_join: float = 0.02
    fill_thin: int = 4
    hurried_frames: int = 4
    many_segments: int = 12
    hurried_observations: int = 17
    hurried_enough_frames: int = 24


TUNING = PlateTuning()
