"""The tuned numbers of finding what is in front."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OccluderTuning:
    """What is tuned, in one place.

    Chosen on made-up clips of seeds below 54 and tried on others (`python -m
    benchmarks.decomposition`), unless a line says otherwise.

    Attributes:
        smallest: of the frame: what is smaller is no candidate.
        touch: of the frame's longer side: from how far a thing touches the person.
        bite_log_odds: log-odds for all of the person being hidden by it.
        most_bite_log_odds: the most that this may say.
        least_bite: of the person: a smaller bite says that nothing is hidden.
        hull_confidence: how much the hull of a mask says, against an expected silhouette.
        whole_log_odds: log-odds of touching a person of whom nothing is missing.
        far_share: how much is believed of what does not touch.
        depth_log_odds: log-odds of a depth network's word.
        depth_mostly: share of a thing that has to be nearer for it.
        shade_share: of a piece: then it is somebody's shadow.
        on_log_odds: score from which a thing is in front; more is later and surer.
        off_log_odds: score below which it no longer is: the distance to `on_log_odds` is the
            hysteresis.
        most_log_odds: largest score; more forgets later.
        most_afar_log_odds: the same while it touches nobody: seeing the same again says nothing
            new.
        memory: share of a score that stays from frame to frame.
        shared_area: of the smaller of two areas: from which they are the same thing.
        lost_frames: frames after which a thing that is not seen is forgotten.
        fit_error: of the person's height: how far beside it an expected silhouette may be.
        static_edge: of the longer side: how far beyond its mask a person may be seen.
        static_fewest_frames: frames that must vote for a thing.
        static_often: of the most observations: a place seen so often is the scene, where masks
            leak.
        static_levels: uint8 values by which a frame may differ from the plate where it shows it.
        static_share: of the frames in which the person is or should be there.
        cut_side_px: longer side of the picture in which a thing is cut out; more is slower and
            finer.
        cut_rounds: rounds of GrabCut.
        cut_least: of the plate: what is smaller is no seed.
        cut_largest: of the plate: what is larger is no thing.
        outline_levels: uint8 values across the outline of a thing.
        outline_mostly: of the outline that has to show them.
        vote_shares: of the most votes: things that more of them speak for come first.
        depth_step: of the frame's range of inverse depth: less is the same depth.
        ground_percentile: percentile of a row: what is no nearer is the ground or farther.
        depth_reach: of the longer side: from how far the person's depth is taken.
        frames_ahead: frames that are looked at before a frame is decided; more waits longer and is
            surer.
        near: of the person's height: what is farther away hides nothing.
        soft_edge: of the longer side: half the width of an edge.
        edge_smoothness: of the guided filter: more follows the picture less.
        static_confidence: confidence in what stands in front.
    """

    smallest: float = 1.5e-3
    touch: float = 0.02
    bite_log_odds: float = 60.0
    most_bite_log_odds: float = 4.0
    least_bite: float = 0.01
    hull_confidence: float = 0.3
    whole_log_odds: float = -1.0
    far_share: float = 0.3
    depth_log_odds: float = 3.0
    depth_mostly: float = 0.5
    shade_share: float = 0.8
    on_log_odds: float = 1.5
    off_log_odds: float = -0.5
    most_log_odds: float = 8.0
    most_afar_log_odds: float = 2.0
    memory: float = 0.85
    shared_area: float = 0.25
    lost_frames: int = 6
    fit_error: float = 0.02
    static_edge: float = 0.006
    static_fewest_frames: float = 2.0
    static_often: float = 0.56
    static_levels: int = 16
    static_share: float = 0.7
    cut_side_px: float = 320.0
    cut_rounds: int = 4
    cut_least: float = 6e-4
    cut_largest: float = 0.15
    outline_levels: float = 20.0
    outline_mostly: float = 0.85
    vote_shares: tuple[float, float, float] = (0.75, 0.5, 0.0)
    depth_step: float = 0.06
    ground_percentile: int = 25
    depth_reach: tuple[float, float, float] = (0.03, 0.12, 0.5)
    frames_ahead: int = 4
    near: float = 0.15
    soft_edge: float = 0.008
    edge_smoothness: float = 1e-3
    static_confidence: float = 0.7


TUNING = OccluderTuning()
