"""The tuned numbers of preparing and drawing a character."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CharacterTuning:
    """What is tuned, in one place; chosen, not measured, unless a line says otherwise.

    What is a fact of the body, such as where its hair begins or how far which part may be clothed,
    stands beside the function that needs it.

    Attributes:
        displacement_rounds: of matching the outline anew; more follows it closer and is slower.
        displacement_points: the most points of the outline that are matched.
        gap_doubt_m: gap to the matte from which a point counts half; more believes clothes that
            stand off, and mistakes of the matte.
        normal_rounds: of smoothing the normals along which vertices move; more lets folds go.
        face_weight: pull that keeps the face where it is, beside 1 of a point on the outline.
        fit_rounds: of matching and solving; more fits closer and is slower.
        fit_steps: of the solver in each round.
        fit_points: the most points of the outline that are matched.
        fit_furthest: of the picture's side: how far an edge of the matte may be from its point.
        fit_same_way: cosine between two outlines from which they may be the same.
        fit_weight: of all outline points together, beside the landmarks.
        clothes_share, hair_share: of its pull that an edge outside of the body has: clothes and
            hair stand off.
        face_factor: by which the landmarks of the face count more.
        fit_side_px: side of the picture in which outlines are compared; more is slower and finer.
        better_overlap: gain of the overlap from which another build is taken.
        outline_edge_px: half the width of the band along the outline in which points are taken.
        outline_flat: least share of a normal that lies in the picture.
        outline_step_px: step of looking for the edge; less is finer and slower.
        behind_m: how far behind what is nearest a texel is still seen.
        grazing, frontal: cosines between which a surface is seen worse and better.
        opaque: level of the matte from which a colour is the character's.
        fetch_reach: of the picture's height: how far a colour may be fetched back into the matte.
        fetched_confidence: of a colour fetched from right beside it.
        apart_m: depth from which one part of the body is before another.
        hidden_reach, hidden_share: of the picture's height: how far beside a nearer part a texel
            may show that part, and what of its confidence it keeps.
        rim_reach, rim_share: the same beside a farther one.
        enough_confidence: from which a texel is known.
        whole_confidence: from which nothing else is mixed in.
        mirrored_share: of its confidence that a mirrored texel keeps.
        guessed_confidence: of a texel that is neither seen nor mirrored.
        smoothing_rounds: of colours that flow in; more is smoother.
        skirt_gap_m: between bare legs, from which it is seen whether cloth fills it.
        skirt_filled: of such a gap that cloth fills at least.
        skirt_rows: of the height of the legs that must be seen filled.
        hem_rows: of the height of the legs, above the hem, whose width is measured.
        most_flare: the most that a hem is wider than the legs need.
        skirt_slice_m: half of the height of the slices of the legs that cloth is hung around.
        skirt_band: of a skirt's height, to each side: where the colour of its back is looked for.
        skirt_depth: of its width that cloth is deep at least.
        skirt_ease_m: how far it hangs off them.
        skirt_reach_m: distance at which a leg carries cloth a third as much.
        along_m, across_m: distances along a part and across the trunk that count alike when
            colours of the other side are looked for.
        trunk_neighbours, limb_neighbours, crown_neighbours: vertices whose median colour is taken;
            more is plainer.
        fewest_sources: vertices that a part must have seen.
        shadow_cell_m, shadow_cells: size and number of the cells of the ground under the body.
        shadow_fade_m: height over ground at which a part darkens a third as much.
        contact_m, contact_share: softness of the narrow shadow, and how dark it is.
        spread_m, spread_share: the same of the wide one.
        darkest: the most of the light that both take away.
        shadow_room_m: around the feet within which the shadow is drawn.
        texels_per_px: of the texture's side to a person's height, from which it is halved.
        coarsest: the most by which it is reduced.
        small_face_px: height of a face under which the user is told.
        unalike_ratio, much_guessed, much_enlarged: height ratio, share of the surface, and
            enlargement beyond which the user is told.
    """

    displacement_rounds: int = 4
    displacement_points: int = 4000
    gap_doubt_m: float = 0.03
    normal_rounds: int = 12
    face_weight: float = 3.0
    fit_rounds: int = 12
    fit_steps: int = 2
    fit_points: int = 500
    fit_furthest: float = 0.1
    fit_same_way: float = 0.6
    fit_weight: float = 40.0
    clothes_share: float = 0.8
    hair_share: float = 0.1
    face_factor: float = 4.0
    fit_side_px: int = 256
    better_overlap: float = 0.004
    outline_edge_px: int = 2
    outline_flat: float = 0.9
    outline_step_px: float = 0.5
    behind_m: float = 0.02
    grazing: float = 0.1
    frontal: float = 0.6
    opaque: int = 200
    fetch_reach: float = 0.04
    fetched_confidence: float = 0.4
    apart_m: float = 0.07
    hidden_reach: float = 0.018
    hidden_share: float = 0.1
    rim_reach: float = 0.006
    rim_share: float = 0.4
    enough_confidence: float = 0.15
    whole_confidence: float = 0.4
    mirrored_share: float = 0.6
    guessed_confidence: float = 0.1
    smoothing_rounds: int = 120
    skirt_gap_m: float = 0.04
    skirt_filled: float = 0.95
    skirt_rows: float = 0.12
    hem_rows: float = 0.08
    most_flare: float = 0.8
    skirt_slice_m: float = 0.025
    skirt_band: float = 0.08
    skirt_depth: float = 0.5
    skirt_ease_m: float = 0.006
    skirt_reach_m: float = 0.06
    along_m: float = 0.02
    across_m: float = 0.25
    trunk_neighbours: int = 121
    limb_neighbours: int = 41
    crown_neighbours: int = 60
    fewest_sources: int = 24
    shadow_cell_m: float = 0.03
    shadow_cells: int = 112
    shadow_fade_m: float = 0.3
    contact_m: float = 0.035
    contact_share: float = 0.55
    spread_m: float = 0.16
    spread_share: float = 0.75
    darkest: float = 0.6
    shadow_room_m: float = 0.7
    texels_per_px: float = 1.5
    coarsest: int = 8
    small_face_px: int = 20
    unalike_ratio: float = 1.15
    much_guessed: float = 0.7
    much_enlarged: float = 1.5


TUNING = CharacterTuning()
