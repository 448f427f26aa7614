"""The tuned numbers of cutting characters out of pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MattingTuning:
    """What is tuned, in one place; all of it chosen on drawings, studio pictures and photos.

    Levels are of 255; a share without a noun is of the network's mask for people.

    Attributes:
        border: of the shorter side: the border that shows the ground.
        plain_side: of a side of the border, on three of the four, is ground; more trusts fewer.
        least_levels, most_levels: by how much a ground may differ from its colour; more lets soft
            edges of the character go.
        most_smooth_levels: the same of a ground that changes: what it may be is looser already.
        noise: of the border's median deviation, how much of it is still ground.
        fitted_pixels: of the border, a smooth ground is fitted to; speed.
        fit_rounds: of that fit, each without what lies far off.
        kept_levels: in its first round; each later one keeps what is nearer.
        frame_px: width of a frame's line that is looked at.
        frame_side: of each side of a frame is of its colour.
        framed_edge: of each edge of what is in a frame is not.
        framed: of the picture's width and height is in a frame, at least.
        speck: of the largest figure: smaller pieces are dirt.
        figure_area, figure_height: of the largest: what is a figure of its own.
        near: of a figure's height: pieces within it belong to it.
        likely: from here on the network takes a pixel for a person.
        sure: from here on that is no ground, whatever its colour.
        patch: of the picture's height: narrower patches are the network's edge.
        hole: an enclosed piece of the ground's colour below it is a hole.
        between: of such a piece lies between limbs: a hole, unless the network is sure.
        limb: of the distance of the hips: how thick a limb is at least.
        shadow: of the ground's light, from and to.
        shadow_levels: by how much a shadow's colour may differ from the ground's in its light.
        shadow_slope: levels a pixel: shadows are soft.
        bright: level of a ground below which nothing darker is told from it.
        dark: level of a ground up to which lines of a drawing have its colour.
        line: of the picture's height: half the width of such a line; more closes gaps of limbs.
        edge_px: of a figure, in which it may be half transparent.
        in_figure: of a person's box: the person is in that figure.
        haze: below it a matte is nothing.
        network_px: side of the crop in which the network's mask is brought to the picture's edges.
        present: presence from which a body counts.
        inside: probability of being inside the picture from which a point of the body counts.
        seen: visibility from which a joint is to be seen.
        smallest_px: height from which a character is large enough.
        many_borders: that a matte of a whole person does not touch.
        touched: of a border's length, from where on it is touched.
        on_matte: level from which a pixel is on the matte.
        soft: of the pixels of a matte that are half transparent, from where on they are no edge.
        inverted: of a border's length and of the body's joints, from where on a matte is of all
            but the person.
        around: of the character's height: how near to a joint the matte must be.
        face_seen: visibility of eyes and nose from which a face looks at the camera.
        believed: presence below which a drawing's sides are not told apart.
        most_turned_deg: of the shoulders, from the camera.
    """

    border: float = 0.01
    plain_side: float = 0.9
    least_levels: float = 8
    most_levels: float = 24
    most_smooth_levels: float = 14
    noise: float = 3.0
    fitted_pixels: int = 4000
    fit_rounds: int = 6
    kept_levels: float = 30
    frame_px: int = 2
    frame_side: float = 0.98
    framed_edge: float = 0.95
    framed: float = 0.6
    speck: float = 0.002
    figure_area: float = 0.25
    figure_height: float = 0.4
    near: float = 0.1
    likely: float = 0.5
    sure: float = 0.9
    patch: float = 0.012
    hole: float = 0.3
    between: float = 0.8
    limb: float = 0.3
    shadow: tuple[float, float] = (0.45, 0.99)
    shadow_levels: float = 8
    shadow_slope: float = 5.0
    bright: float = 100
    dark: float = 50
    line: float = 0.004
    edge_px: int = 2
    in_figure: float = 0.5
    haze: float = 0.02
    network_px: int = 512
    present: float = 0.5
    inside: float = 0.5
    seen: float = 0.5
    smallest_px: int = 256
    many_borders: int = 3
    touched: float = 0.1
    on_matte: int = 64
    soft: float = 0.25
    inverted: float = 0.6
    around: float = 0.02
    face_seen: float = 0.9
    believed: float = 0.9
    most_turned_deg: float = 50.0


TUNING = MattingTuning()
