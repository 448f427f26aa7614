"""What the sample's two people wear, painted by place on the resting body."""

from dataclasses import dataclass

from mimo_synthetic.sample.drawing import Colour
from mimo_synthetic.sample.limbs import Limb


@dataclass(frozen=True, slots=True)
class Cloth:
    """A colour for one body part between two heights of the resting body, in metres."""

    part: str
    low_m: float
    high_m: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Spot:
    """An ellipse of colour on the front of the head; centre (x, y) and half axes in metres."""

    centre_m: tuple[float, float]
    half_m: tuple[float, float]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Outfit:
    """Thickness in metres per part, hair and hood as extra limbs, cloths (the last one wins)."""

    skin: Colour
    extras: tuple[Limb, ...]
    thickness_m: dict[str, float]
    cloths: tuple[Cloth, ...]
    face: tuple[Spot, ...]


EYES = (
    Spot((0.043, 1.577), (0.017, 0.019), (250, 250, 250)),
    Spot((-0.043, 1.577), (0.017, 0.019), (250, 250, 250)),
    Spot((0.042, 1.576), (0.011, 0.014), (48, 38, 40)),
    Spot((-0.042, 1.576), (0.011, 0.014), (48, 38, 40)),
)

WALKER = Outfit(
    skin=(222, 172, 138),
    extras=(
        Limb("hair", "hair top", "hair back", 0.112, 0.092),
        Limb("hair", "fringe left", "fringe right", 0.045, 0.045),
        Limb("hood", "hood left", "hood right", 0.062, 0.062),
    ),
    thickness_m={"torso": 0.022, "arm": 0.014, "leg": 0.014, "shin": 0.022, "foot": 0.012},
    cloths=(
        Cloth("hair", -1.0, 2.0, (74, 48, 34)),
        Cloth("torso", -1.0, 2.0, (38, 62, 128)),
        Cloth("torso", -1.0, 0.90, (196, 172, 132)),
        Cloth("torso", 1.19, 1.25, (236, 232, 222)),
        Cloth("arm", -1.0, 2.0, (38, 62, 128)),
        Cloth("leg", -1.0, 2.0, (196, 172, 132)),
        Cloth("shin", -1.0, 2.0, (196, 172, 132)),
        Cloth("hood", -1.0, 2.0, (30, 48, 104)),
        Cloth("foot", -1.0, 2.0, (240, 238, 232)),
    ),
    face=EYES,
)

CHARACTER = Outfit(
    skin=(240, 196, 168),
    extras=(
        Limb("hair", "hair top", "hair back", 0.113, 0.10),
        Limb("hair", "fringe left", "fringe right", 0.045, 0.045),
        Limb("hair", "left lock", "left lock end", 0.05, 0.028),
        Limb("hair", "right lock", "right lock end", 0.05, 0.028),
    ),
    thickness_m={"torso": 0.014, "arm": 0.004, "leg": 0.010, "foot": 0.014},
    cloths=(
        Cloth("hair", -1.0, 2.0, (196, 84, 36)),
        Cloth("torso", -1.0, 2.0, (242, 182, 48)),
        Cloth("torso", 1.10, 1.15, (250, 246, 236)),
        Cloth("torso", 1.20, 1.25, (250, 246, 236)),
        Cloth("torso", -1.0, 0.93, (52, 116, 124)),
        Cloth("arm", 1.19, 2.0, (242, 182, 48)),
        Cloth("leg", 0.60, 2.0, (52, 116, 124)),
        Cloth("shin", -1.0, 0.22, (250, 246, 236)),
        Cloth("foot", -1.0, 2.0, (206, 58, 60)),
    ),
    face=(
        *EYES,
        Spot((0.0, 1.520), (0.026, 0.008), (186, 74, 72)),
        Spot((0.064, 1.541), (0.018, 0.012), (236, 166, 146)),
        Spot((-0.064, 1.541), (0.018, 0.012), (236, 166, 146)),
    ),
)
