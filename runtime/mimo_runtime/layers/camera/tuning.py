"""The tuned numbers of following the camera."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameraTuning:
    """What is tuned, in one place.

    Chosen on made-up clips of seeds below 54 and tried on others (`python -m
    benchmarks.decomposition`), unless a line says otherwise.

    Attributes:
        longest_side_px: longer side at which frames are registered; more is slower and truer.
        corner_count: corners followed in a keyframe; more is slower and steadier.
        fewest_corners: corners that must agree; more gives up earlier, fewer trusts chance.
        pyramid_levels: levels of the optical flow's pyramid; more follows faster pans, on less
            detail.
        consistent_px: how far a corner may end from where it began when followed forwards and back.
        outlier_px: RANSAC's threshold; more takes moving things for the background.
        still_px: a corner that moves less stands still.
        close_px: a corner counts for one of the movements compared when it is as close.
        as_much: share of the best movement's corners that a simpler one must explain to be taken.
        contrast_sigma_px: reach over which brightness is levelled before corners are sought.
        contrast_coarser: how many times smaller the picture is in which that is computed; speed
            only.
        flat_determinant: a movement whose determinant is less flattens the picture and is none.
        corner_spread: share of the frame's sides over which corners must be spread for a
            homography.
        lost_agreeing: share of agreeing corners below which a frame is not recognised.
        sure_agreeing: share from which no other guess is tried; more is slower.
        plain_difference: levels by which a background without corners may differ, as a mean and
            mostly.
        plain_mostly: quantile that "mostly" means there.
        sure_segment: share of agreeing corners from which a segment counts as followed well;
            sentences only.
        largest_plate: frames' areas that a plate may cover; more needs more memory and fewer
            plates.
        moved_px: of the working picture: less is no movement of the camera.
        still_share: share of corners that do not move at all while the camera stands.
        usually: share of the frames for which that has to hold.
        scales: zoom that one plate may bear, out and in.
        renew: overlap and share of agreeing corners below which a new keyframe is taken; more
            drifts more.
        return_to: the same, from which an old keyframe is taken up again, without drift.
        most_keyframes: keyframes kept at a time; more is slower and drifts less.
    """

    longest_side_px: int = 960
    corner_count: int = 250
    fewest_corners: int = 12
    pyramid_levels: int = 4
    consistent_px: float = 0.7
    outlier_px: float = 1.2
    still_px: float = 0.7
    close_px: float = 0.5
    as_much: float = 0.95
    contrast_sigma_px: float = 9.0
    contrast_coarser: int = 4
    flat_determinant: float = 1e-6
    corner_spread: float = 0.15
    lost_agreeing: float = 0.25
    sure_agreeing: float = 0.5
    plain_difference: tuple[float, float] = (1.5, 6.0)
    plain_mostly: float = 0.95
    sure_segment: float = 0.45
    largest_plate: float = 6.0
    moved_px: float = 0.7
    still_share: float = 0.3
    usually: float = 0.95
    scales: tuple[float, float] = (0.4, 2.5)
    renew: tuple[float, float] = (0.6, 0.45)
    return_to: tuple[float, float] = (0.75, 0.6)
    most_keyframes: int = 12


TUNING = CameraTuning()
