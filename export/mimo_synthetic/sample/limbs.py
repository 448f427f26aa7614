"""The sample's flesh: capsules between the named points of a posed body."""

from dataclasses import dataclass

from mimo_synthetic.sample.body import SIDES


@dataclass(frozen=True, slots=True)
class Limb:
    """A capsule between two named points, with a radius in metres at each end."""

    part: str
    start: str
    end: str
    start_radius_m: float
    end_radius_m: float


def body_limbs() -> tuple[Limb, ...]:
    """The bare body: 25 capsules between the points of `points`."""
    paired = [
        Limb(part, start if start == "throat" else f"{side} {start}", f"{side} {end}", *radii)
        for side, _ in SIDES
        for part, start, end, *radii in PAIRED_LIMBS
    ]
    return (*[Limb(*row) for row in MIDDLE_LIMBS], *paired)


MIDDLE_LIMBS = (
    ("torso", "left hip", "right hip", 0.084, 0.084),
    ("torso", "pelvis", "throat", 0.108, 0.08),
    ("torso", "left waist", "right waist", 0.10, 0.10),
    ("torso", "left breast", "right breast", 0.105, 0.105),
    ("head", "throat", "neck", 0.055, 0.052),
    ("head", "chin", "skull", 0.074, 0.112),
    ("head", "nose", "nose", 0.014, 0.014),
    ("head", "left ear", "left ear", 0.021, 0.021),
    ("head", "right ear", "right ear", 0.021, 0.021),
)

PAIRED_LIMBS = (
    ("torso", "throat", "shoulder", 0.055, 0.055),
    ("arm", "shoulder", "elbow", 0.052, 0.036),
    ("arm", "elbow", "wrist", 0.036, 0.027),
    ("hand", "wrist", "finger", 0.025, 0.035),
    ("leg", "hip", "knee", 0.083, 0.052),
    ("shin", "knee", "ankle", 0.052, 0.036),
    ("foot", "heel", "toe", 0.044, 0.037),
    ("foot", "ankle", "heel", 0.042, 0.044),
)
