"""How tools name the joints of a person: one row a tool, and which bones each word may mean.

Trunk, neck and head are told from the hierarchy and are not in the table, nor are sides ("Left",
"L_", "_l", ".L"), prefixes ("mixamorig:", "CC_Base_", "Bip01 ") and suffixes ("_JNT", ".001"):
`joint_names` takes those off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SIDES = ("left", "right")
ARM_BONES = ("shoulder", "arm", "forearm", "hand")
LEG_BONES = ("up_leg", "leg", "foot", "toe")


@dataclass(frozen=True, slots=True)
class Convention:
    """The words of one tool, in the order of `ARM_BONES` and `LEG_BONES`; "" where it has none.

    `example` is how it spells its left thigh.
    """

    arm_words: tuple[str, ...]
    leg_words: tuple[str, ...]
    example: str


def _convention(arm_words: str, leg_words: str, example: str) -> Convention:
    words = [tuple("" if word == "-" else word for word in row.split()) for row in
             (arm_words, leg_words)]  # fmt: skip
    return Convention(words[0], words[1], example)


CONVENTIONS: Mapping[str, Convention] = {
    "Mixamo": _convention("shoulder arm forearm hand", "upleg leg foot toebase",
                          "mixamorig:LeftUpLeg"),
    "CMU": _convention("shoulder arm forearm hand", "upleg leg foot toe", "LeftUpLeg"),
    "DeepMotion": _convention("shoulder arm forearm hand", "upleg leg foot toebase",
                              "l_upleg_JNT"),
    "SMPL": _convention("collar shoulder elbow wrist", "hip knee ankle foot", "left_hip"),
    "Biovision": _convention("collar shoulder elbow wrist", "hip knee ankle toe", "LeftHip"),
    "Unity and VRM": _convention("shoulder upperarm lowerarm hand",
                                 "upperleg lowerleg foot toes", "LeftUpperLeg"),
    "Unreal": _convention("clavicle upperarm lowerarm hand", "thigh calf foot ball", "thigh_l"),
    "Rigify": _convention("shoulder upperarm forearm hand", "thigh shin foot toe", "thigh.L"),
    "Rokoko": _convention("shoulder arm forearm hand", "thigh shin foot toe", "LeftThigh"),
    "Daz and Poser": _convention("collar shldr forearm hand", "thigh shin foot toe", "lThigh"),
    "Daz Genesis": _convention("collar shldrbend forearmbend hand", "thighbend shin foot toe",
                               "lThighBend"),
    "Biped": _convention("clavicle upperarm forearm hand", "thigh calf foot toe0",
                         "Bip01 L Thigh"),
    "Reallusion": _convention("clavicle upperarm forearm hand", "thigh calf foot toebase",
                              "CC_Base_L_Thigh"),
    "character studio": _convention("collar uparm lowarm hand", "upleg lowleg foot toes",
                                    "LeftUpLeg"),
    "Motive": _convention("shoulder uarm farm hand", "thigh shin foot toe", "LThigh"),
    "Human3.6M": _convention("- shoulder elbow wrist", "hip knee foot -", "LeftHip"),
    "Acclaim": _convention("clavicle humerus radius wrist", "femur tibia foot toes", "lfemur"),
    "MikuMikuDance": _convention("shoulder arm elbow wrist", "leg knee ankle toe", "leg_L"),
}  # fmt: skip
_MORE_WORDS: Mapping[str, str] = {
    "shoulder": "collarbone clav scapula armcollarbone", "arm": "bicep biceps armupper armupperarm",
    "forearm": "ulna foretwist armlower loarm larm armforearm", "hand": "palm armpalm",
    "up_leg": "upperthigh uleg legupper legthigh", "leg": "shank lleg leglower loleg legcalf",
    "foot": "talus legankle",
    "toe": "toebase0 toe01 toe1 toesbase metatarsals toe2 legdigit",
}  # fmt: skip


def _meanings() -> dict[str, tuple[str, ...]]:
    meanings: dict[str, list[str]] = {}
    for convention in CONVENTIONS.values():
        for bones, words in ((ARM_BONES, convention.arm_words), (LEG_BONES, convention.leg_words)):
            for bone, word in zip(bones, words, strict=True):
                meanings.setdefault(word, []).append(bone)
    for bone, more in _MORE_WORDS.items():
        for word in more.split():
            meanings.setdefault(word, []).append(bone)
    meanings.pop("", None)
    order = (*ARM_BONES, *LEG_BONES)
    return {word: tuple(sorted(set(bones), key=order.index)) for word, bones in meanings.items()}


MEANINGS: Mapping[str, tuple[str, ...]] = _meanings()


def convention_of(words: Sequence[str], name: str) -> str:
    """The convention that `words`, those of one side's limbs, are of; `name` is one whole name."""
    tally = {
        label: (len(set(words) & {*row.arm_words, *row.leg_words}), _alike(name, row.example))
        for label, row in CONVENTIONS.items()
    }
    return max(tally, key=lambda label: tally[label])


def _alike(name: str, example: str) -> int:
    """How many characters, case included, two names share at both ends."""
    ends = 0
    for first, second in ((name, example), (name[::-1], example[::-1])):
        for left, right in zip(first, second, strict=False):
            if left != right:
                break
            ends += 1
    return ends
