"""The tuned numbers of finding and following people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnalysisTuning:
    """What is tuned, in one place.

    Chosen on made-up clips of seeds below 54 and tried on others (`python -m
    benchmarks.decomposition`), unless a line says otherwise.

    Attributes:
        learn_every_frames: frames of somebody alone between two that are learned from; speed.
        learn_step: every how many rows and columns are learned from; speed.
        box_probability: how likely a pixel of the box is the person's, where no body was found.
        appearance_room: of the height of the highest: how far around the boxes colours are given
            away.
        appearance_blur: of that height: blur of what the colours say.
        colour_spread: of a count over its neighbours of each colour axis.
        colour_unknown: share of a model that is spread over all colours alike.
        colour_memory: of the counts before, when there are more.
        colour_most_log_odds: log-odds of one pixel's colour between any two models, at most.
        shape_surest: of a shape: what is beyond is left to the colours.
        nearest_distance: a network's distance below which nothing is told apart.
        landmark_seen: visibility from which a landmark counts.
        feet_edge: of the frame's height: feet below it may be cut off.
        log_odds_per_inverse_depth: log-odds for the whole range of a frame's inverse depth.
        log_odds_per_scale: log-odds for e times the pixels per metre.
        log_odds_per_row: log-odds for one height of the frame between where two stand.
        order_most_log_odds: the most that one cue may say.
        edge_radius: of the crop's side: reach of the guided filter.
        edge_smoothness: of the guided filter: more follows the picture less.
        edge_haze: values below it are nothing, values above 1 minus it everything.
        edge_band: of the crop's side on both sides of the edge, in which the picture decides.
        farthest_heights: heights between a person and where it is expected; grows while it is lost.
        farthest_per_lost_s: by how much it grows a second.
        colours_differ: difference of colours from which two are two.
        colours_differ_recovered: the same for somebody the detector has missed.
        overlap_to_hold: overlap with the expected box from which a missed person is taken.
        overlap_with_another: overlap from which it would be somebody else.
        match_weights: of boxes, keypoints and colours.
        unlike_cost: cost above which somebody a step away is somebody else.
        same_place: of a person's height: distance of keypoints below which two are one.
        same_box: overlap of boxes from which two are one.
        joints_to_compare: keypoints that both must show for that.
        tile_edge: of a tile's side: who is nearer to its edge is cut off there.
        matte_surest: below this value the matte is haze.
        mask_doubt: values between which the body's own mask is in doubt.
        mask_edge: of the crop's side: what is in doubt and narrower is an ordinary edge.
        associated_presence: presence from which a body counts.
        same_pose: of the crop's side: bodies nearer to each other than this are one.
        farthest_pose: of the height, between a body's points and the person's; usual are 0.02.
        box_cost: what boxes that have nothing in common cost beside it.
        least_alike: of such boxes, where too few points are known to compare.
        inside: probability of being inside the frame from which a landmark counts.
        on_body: value of the mask from which a landmark is on the body.
        redetected_presence: presence from which a second look has found somebody.
        surely_present: presence from which no other way is tried; more is slower.
        still_inside: share of the expected box that must be inside the frame.
        tumbling_s: since somebody was last seen, in which a tumble is looked for.
        most_turn_deg: that somebody turns meanwhile: from upright, and who turns over already.
        smallest_change: share of the picture that takes another colour at a cut.
        change_rise: times the usual change of the frames before.
        shape_correlation: correlation of shapes from which it is the same place in another light.
        change_memory_frames: frames of which the usual change is taken.
        lower_edge: of the frame's height: who gets nearer to its lower edge may be cut off there.
        tile_overlap: of a tile's side, so that a small person is whole in one of them.
        findings_to_hold: frames in which somebody was found before it is held on to.
        tracker_memory: of the old in the mean of velocity and colours.
        alone, elsewhere, nobody: of a mask: what is surely one person's, what others may have of
            it there, and what is nobody's.
        not_by_colour, wholly_by_colour: by colours alone: below is not the person, above wholly.
        asked_every_frames: the finder of bodies is asked whether those found are people; speed.
        track_presence: presence from which it says so.
        unconfirmed_share: what a track counts in which no body is found.
    """

    learn_every_frames: int = 8
    learn_step: int = 2
    box_probability: float = 0.5
    appearance_room: float = 0.3
    appearance_blur: float = 0.012
    colour_spread: tuple[float, float, float] = (0.2, 0.6, 0.2)
    colour_unknown: float = 0.02
    colour_memory: float = 0.9
    colour_most_log_odds: float = 3.0
    shape_surest: float = 0.98
    nearest_distance: float = 1e-3
    landmark_seen: float = 0.5
    feet_edge: float = 0.99
    log_odds_per_inverse_depth: float = 8.0
    log_odds_per_scale: float = 6.0
    log_odds_per_row: float = 20.0
    order_most_log_odds: float = 6.0
    edge_radius: float = 0.012
    edge_smoothness: float = 1e-4
    edge_haze: float = 0.15
    edge_band: float = 0.02
    farthest_heights: float = 0.45
    farthest_per_lost_s: float = 1.0
    colours_differ: float = 0.75
    colours_differ_recovered: float = 0.6
    overlap_to_hold: float = 0.3
    overlap_with_another: float = 0.4
    match_weights: tuple[float, float, float] = (1.0, 1.0, 2.0)
    unlike_cost: float = 2.4
    same_place: float = 0.12
    same_box: float = 0.75
    joints_to_compare: int = 3
    tile_edge: float = 0.02
    matte_surest: float = 0.9
    mask_doubt: tuple[float, float] = (0.1, 0.9)
    mask_edge: float = 0.035
    associated_presence: float = 0.5
    same_pose: float = 0.08
    farthest_pose: float = 0.05
    box_cost: float = 0.05
    least_alike: float = 0.7
    inside: float = 0.5
    on_body: float = 0.5
    redetected_presence: float = 0.5
    surely_present: float = 0.65
    still_inside: float = 0.4
    tumbling_s: float = 0.35
    most_turn_deg: tuple[float, float] = (60.0, 120.0)
    smallest_change: float = 0.25
    change_rise: float = 3.0
    shape_correlation: float = 0.5
    change_memory_frames: int = 12
    lower_edge: float = 0.02
    tile_overlap: float = 0.3
    findings_to_hold: int = 3
    tracker_memory: float = 0.8
    alone: float = 0.9
    elsewhere: float = 0.1
    nobody: float = 0.05
    not_by_colour: float = 0.25
    wholly_by_colour: float = 0.75
    asked_every_frames: int = 5
    track_presence: float = 0.5
    unconfirmed_share: float = 0.05


TUNING = AnalysisTuning()
