"""The tuned numbers of fitting the body."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FittingTuning:
    """What is tuned, in one place.

    Chosen on made-up clips of seeds below 54 and tried on others (`python -m
    benchmarks.decomposition`), unless a line says otherwise.

    Attributes:
        hyperextension_deg: how far knees and elbows may bend the other way.
        root_hz: cut-off of the root's correction; more follows feet closer and shakes more.
        fade_s: over how long a foot goes over to and from where it stands.
        longest_move_m: a foot farther from where it should stand is left where it is.
        far_s: time from every standing foot after which the root stays as it was seen.
        ground_side_s: half the time over which a foot's speed is measured.
        ground_slow_m_per_s: slower feet may stand.
        steepest: slope of the steepest ground that is believed.
        ground_rounds: rounds of reweighting of the plane.
        ground_outlier_m: distance from the plane from which a foot counts less.
        bent_sine: sine of a bend from which the plane of a limb is to be believed.
        leg_reach: share of its length that a leg is stretched to at most.
        interpolated_weight: weight of a frame in which the person was not found.
        landmark_hz: cut-off of the landmarks in space; more keeps fast moves and jitter.
        least_weight: visibility that every landmark has at least.
        least_ahead: of a line of sight of length 1: what is beside the camera is not seen.
        other_weight: weight of landmarks that are not in the table of weights.
        sure_visibility: visibility from which a landmark tells a length.
        position_weight: weight of positions beside lines of sight, which say all but the depth,
            and say it better.
        limit_m_per_rad: what a turn beyond a joint's limit costs; more is stiffer.
        outlier_m: residual from which Huber's loss is linear; more trusts outliers.
        damping: of Gauss-Newton (Levenberg-Marquardt's lambda); more is slower and safer.
        longest_step_rad: the most that a joint turns in one step.
        slow_rad_per_s: turns slower than this are smoothed more.
        least_weight_of_series: weight that every value of a series has at least, so that gaps are
            bridged.
        contact_low_m, contact_high_m: heights of a sole at which a contact may begin and must end.
        contact_slow_m_per_s, contact_fast_m_per_s: the same of its speed; more lets feet slide.
        contact_shortest_s: shorter ones are none.
        contact_along_m, contact_across_m: how far a point that stands may seem to move.
        glitch_side_s: half the time over which the usual place of the head is taken.
        glitch_torsos: lengths of the torso from there at which it is no head; less loses nods.
        turned_width: of the usual width of shoulders and hips, which who turns around falls below.
        turned_cosine: of the angle by which left and right change places within a frame.
        upright_torso: of its usual length, that a torso must have to say where its head is.
        turns_hz, depth_hz: cut-offs of jitter in turns and in the distance, which is known worst.
        slow_m_per_s, slow_per_s: of landmarks in space and of lines of sight: slower ones are
            smoothed more.
    """

    hyperextension_deg: float = 5.0
    root_hz: float = 2.0
    fade_s: float = 0.15
    longest_move_m: float = 0.15
    far_s: float = 0.3
    ground_side_s: float = 0.1
    ground_slow_m_per_s: float = 0.4
    steepest: float = 0.6
    ground_rounds: int = 4
    ground_outlier_m: float = 0.05
    bent_sine: float = 0.35
    leg_reach: float = 0.999
    interpolated_weight: float = 0.1
    landmark_hz: float = 4.0
    least_weight: float = 0.05
    least_ahead: float = 0.1
    other_weight: float = 0.25
    sure_visibility: float = 0.5
    position_weight: float = 0.4
    limit_m_per_rad: float = 0.3
    outlier_m: float = 0.08
    damping: float = 1e-4
    longest_step_rad: float = 0.5
    slow_rad_per_s: float = 2.5
    least_weight_of_series: float = 0.05
    contact_low_m: float = 0.05
    contact_high_m: float = 0.07
    contact_slow_m_per_s: float = 0.45
    contact_fast_m_per_s: float = 0.7
    contact_shortest_s: float = 0.1
    contact_along_m: float = 0.2
    contact_across_m: float = 0.05
    glitch_side_s: float = 0.3
    glitch_torsos: float = 0.25
    turned_width: float = 0.3
    turned_cosine: float = -0.5
    upright_torso: float = 0.6
    turns_hz: float = 3.5
    depth_hz: float = 2.5
    slow_m_per_s: float = 1.0
    slow_per_s: float = 0.25


TUNING = FittingTuning()
