"""How the stages tell how far they are."""

from collections.abc import Callable

OnFrame = Callable[[int, int], None]
"""Told (frames done, frames in all)."""

OnProgress = Callable[[str, int, int], None]
"""Told (stage, frames done, frames in all)."""

PEOPLE, BODY, FIT, DRAW, LAYERS, WRITE = "people", "body", "fit", "draw", "layers", "write"

LABELS = {
    PEOPLE: "finding people",
    BODY: "bodies and masks",
    FIT: "fitting the body",
    DRAW: "drawing the motion",
    LAYERS: "scene and occluders",
    WRITE: "writing the template",
}
