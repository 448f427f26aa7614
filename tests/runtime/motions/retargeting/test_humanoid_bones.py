"""Skeletons are known by the names and the hierarchy of their joints, however they are spelled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.body.smpl_joints import JOINT_NAMES
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.retargeting.humanoid_bones import BONES, Humanoid, find_bones
from mimo_runtime.motions.retargeting.joint_names import limb_word
from mimo_runtime.motions.retargeting.skeleton_conventions import (
    ARM_BONES,
    CONVENTIONS,
    LEG_BONES,
    MEANINGS,
    SIDES,
    Convention,
)
from tests.runtime.body.arms import few

PREFIXES = ["", "mixamorig:", "mixamorig", "mixamorig9:", "Character1_", "Skeleton_001_", "B_",
            "My Actor ", "CC_Base_", "m_avg_", "Bip01 ", "ValveBiped.Bip01_", "ns:deep:", "DEF-",
            "joint_", "J_Bip_"]  # fmt: skip
SUFFIXES = ["", "_JNT", ".001", "_jnt", "_joint", " Bone"]
SIDED = [lambda side, word: f"{side.capitalize()}{word.capitalize()}",
         lambda side, word: f"{side}_{word}",
         lambda side, word: f"{side.capitalize()} {word.capitalize()}",
         lambda side, word: f"{side[0].upper()}_{word.capitalize()}",
         lambda side, word: f"{side[0].upper()}{word.capitalize()}",
         lambda side, word: f"{side[0]}{word.capitalize()}",
         lambda side, word: f"{side[0]}_{word}",
         lambda side, word: f"{word}.{side[0].upper()}",
         lambda side, word: f"{word}_{side[0]}",
         lambda side, word: f"{word.capitalize()}_{side.upper()}",
         lambda side, word: f"{word.capitalize()}{side.capitalize()}"]  # fmt: skip


def skeleton(names: list[tuple[str, str]]) -> Skeleton:
    """Of (joint, parent) pairs, parents first."""
    joints = tuple(name for name, _ in names)
    parents = tuple(joints.index(above) if above else -1 for _, above in names)
    places = np.arange(3 * len(joints), dtype=np.float64).reshape(-1, 3)
    return Skeleton(joints, parents, places, places)


def person(convention: Convention, sided: object, prefix: str, suffix: str) -> Skeleton:
    """One of `convention` under a joint for the whole scene."""

    def name(word: str) -> str:
        return f"{prefix}{word}{suffix}"

    names = [("Armature", ""), (name("Root"), "Armature")]
    for word, above in (("Lower", "Root"), ("Upper", "Lower"), ("Neck", "Upper"), ("Head", "Neck")):
        names.append((name(word), name(above)))
    for side in SIDES:
        for words, start in ((convention.arm_words, "Upper"), (convention.leg_words, "Root")):
            above = name(start)
            for word in filter(None, words):
                joint = name(sided(side, word))  # type: ignore[operator]
                names.append((joint, above))
                above = joint
    return skeleton(names)


@few
@given(st.sampled_from(sorted(CONVENTIONS)), st.sampled_from(SIDED), st.sampled_from(PREFIXES),
       st.sampled_from(SUFFIXES), st.booleans())  # fmt: skip
def test_any_spelling_of_a_skeleton_is_that_skeleton(
    label: str, sided: object, prefix: str, suffix: str, loud: bool
) -> None:
    convention = CONVENTIONS[label]
    joints = person(convention, sided, prefix, suffix)
    if loud and not any(sided is SIDED[short] for short in (4, 5)):  # "LTHIGH" may be anything
        joints = skeleton(
            [
                (name.upper(), joints.names[above].upper() if above >= 0 else "")
                for name, above in zip(joints.names, joints.parents, strict=True)
            ]
        )
    bones = find_bones(joints, "x.bvh").bones
    lengths = [(ARM_BONES, convention.arm_words), (LEG_BONES, convention.leg_words)]
    expected = {f"{side}_{bone}" for side in SIDES for names, words in lengths
                for bone, word in zip(names, words, strict=True) if word}  # fmt: skip
    trunk = {"hips": 1, "spine_1": 2, "spine_3": 3, "neck_1": 4, "head": 5}
    assert set(bones) == expected | set(trunk)
    assert {bone: bones[bone] for bone in trunk} == trunk
    limbs = sorted(joint for bone, joint in bones.items() if bone in expected)
    assert limbs == list(range(6, joints.joint_count))


def found(names: list[tuple[str, str]]) -> tuple[dict[str, str], Humanoid]:
    joints = skeleton(names)
    humanoid = find_bones(joints, "x.bvh")
    return {bone: joints.names[joint] for bone, joint in humanoid.bones.items()}, humanoid


def test_our_body_and_smpls_are_known() -> None:
    ours = load_body().skeleton
    bones = find_bones(ours, "body").bones
    assert ours.names[bones["left_up_leg"]] == "LeftUpLeg"
    assert [ours.names[bones[f"spine_{n}"]] for n in (1, 2, 3)] == ["LowerBack", "Spine", "Spine1"]
    assert set(bones) == set(BONES)
    parents = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
    smpl = skeleton([(name, JOINT_NAMES[24][above] if above >= 0 else "")
                     for name, above in zip(JOINT_NAMES[24], parents, strict=True)])  # fmt: skip
    bones = find_bones(smpl, "smpl").bones
    expected = {"left_arm": "left_shoulder", "left_hand": "left_wrist", "right_toe": "right_foot",
                "right_foot": "right_ankle", "hips": "pelvis", "head": "head"}  # fmt: skip
    assert {bone: smpl.names[bones[bone]] for bone in expected} == expected


RIGS = {  # sides, arm and leg from the trunk outwards; "-" is no bone of ours
    "Auto-Rig Pro": ("l r", "shoulder.{} arm_stretch.{} -arm_twist.{} forearm_stretch.{} hand.{}",
                     "thigh_stretch.{} -thigh_twist.{} leg_stretch.{} foot.{} toes_01.{}"),
    "MakeHuman": ("L R", "clavicle.{} -shoulder01.{} upperarm01.{} -upperarm02.{} lowerarm01.{} "
                  "-lowerarm02.{} wrist.{}", "upperleg01.{} -upperleg02.{} lowerleg01.{} "
                  "-lowerleg02.{} foot.{} toe1-1.{}"),
    "Rigify, deforming": ("L R", "DEF-shoulder.{} DEF-upper_arm.{} -DEF-upper_arm.{}.001 "
                          "DEF-forearm.{} -DEF-forearm.{}.001 DEF-hand.{}", "DEF-thigh.{} "
                          "-DEF-thigh.{}.001 DEF-shin.{} -DEF-shin.{}.001 DEF-foot.{} DEF-toe.{}"),
    "CAT": ("L R", "Rig{}ArmCollarbone Rig{}ArmUpperarm Rig{}ArmForearm Rig{}ArmPalm",
            "Rig{}LegThigh Rig{}LegCalf Rig{}LegAnkle Rig{}LegDigit11"),
    "mocopi": ("l r", "{}_shoulder {}_up_arm {}_low_arm {}_hand",
               "{}_up_leg {}_low_leg {}_foot {}_toes"),
    "Kinect": ("LEFT RIGHT", "CLAVICLE_{} SHOULDER_{} ELBOW_{} WRIST_{}",
               "HIP_{} KNEE_{} ANKLE_{} FOOT_{}"),
    "Second Life": ("Left Right", "mCollar{} mShoulder{} mElbow{} mWrist{}",
                    "mHip{} mKnee{} mAnkle{} mFoot{}"),
    "AdvancedSkeleton": ("L R", "Scapula_{} Shoulder_{} Elbow_{} Wrist_{}",
                         "Hip_{} Knee_{} Ankle_{} Toes_{}"),
    "Synty": ("L R", "Clavicle_{} Shoulder_{} Elbow_{} Hand_{}",
              "UpperLeg_{} LowerLeg_{} Ankle_{} Ball_{}"),
    "Xsens": ("Left Right", "{}Shoulder {}UpperArm {}ForeArm {}Hand",
              "{}UpperLeg {}LowerLeg {}Foot {}Toe"),
    "Genesis 9": ("l r", "{}_shoulder {}_upperarm -{}_upperarmtwist1 {}_forearm {}_hand",
                  "{}_thigh -{}_thightwist1 {}_shin {}_foot {}_toes"),
    "Theia": ("l r", "{}_clavicle {}_uarm {}_larm {}_hand", "{}_thigh {}_shank {}_foot {}_toes"),
    "Maya": ("lf rt", "{}_clav {}_upArm {}_loArm {}_hand", "{}_upLeg {}_loLeg {}_foot {}_toe"),
}  # fmt: skip


@pytest.mark.parametrize("rig", sorted(RIGS))
def test_rigs_with_words_of_their_own(rig: str) -> None:
    sides, arm, leg = RIGS[rig]
    names = [("root", ""), ("spine", "root"), ("head", "spine")]
    expected = {}
    for side, short in zip(SIDES, sides.split(), strict=True):
        for words, start, bones in ((arm, "spine", ARM_BONES), (leg, "root", LEG_BONES)):
            above, wanted = start, iter(bones)
            for word in words.format(*[short] * words.count("{}")).split():
                name = word.removeprefix("-")
                names.append((name, above))
                above = name
                if name == word:
                    expected[f"{side}_{next(wanted)}"] = name
    bones, _ = found(names)
    assert {bone: name for bone, name in bones.items() if bone in expected} == expected
    assert bones["hips"] == "root"


UNREAL = [
    ("root", ""), ("pelvis", "root"), ("spine_01", "pelvis"), ("spine_02", "spine_01"),
    ("spine_03", "spine_02"), ("spine_04", "spine_03"), ("spine_05", "spine_04"),
    ("neck_01", "spine_05"), ("neck_02", "neck_01"), ("head", "neck_02"), ("ik_hand_root", "root"),
    *(pair for s in "lr" for pair in (
        (f"clavicle_{s}", "spine_05"), (f"upperarm_{s}", f"clavicle_{s}"),
        (f"upperarm_twist_01_{s}", f"upperarm_{s}"), (f"lowerarm_{s}", f"upperarm_{s}"),
        (f"hand_{s}", f"lowerarm_{s}"), (f"index_01_{s}", f"hand_{s}"),
        (f"thigh_{s}", "pelvis"), (f"thigh_twist_01_{s}", f"thigh_{s}"),
        (f"calf_{s}", f"thigh_{s}"), (f"foot_{s}", f"calf_{s}"), (f"ball_{s}", f"foot_{s}"),
        (f"ik_foot_{s}", "root"))),
]  # fmt: skip


def test_mikumikudance_in_japanese() -> None:
    names = [("センター", ""), ("上半身", "センター"), ("首", "上半身"), ("頭", "首")]
    for side in "左右":
        limbs = (("肩", "腕", "ひじ", "手首"), ("足", "ひざ", "足首", "つま先"))
        for limb, start in zip(limbs, ("上半身", "センター"), strict=True):
            above = start
            for word in limb:
                names.append((f"{side}{word}", above))
                above = f"{side}{word}"
        names.append((f"{side}足ＩＫ", "センター"))
    bones, humanoid = found(names)
    assert (bones["left_arm"], bones["right_leg"]) == ("左腕", "右ひざ")
    assert (bones["left_foot"], bones["right_hand"], bones["head"]) == ("左足首", "右手首", "頭")
    assert humanoid.convention == "MikuMikuDance"


def test_helpers_are_no_bones_and_a_long_spine_is_spread() -> None:
    bones, humanoid = found(UNREAL)
    assert humanoid.convention == "Unreal"
    assert bones["hips"] == "pelvis"
    assert [bones[f"spine_{n}"] for n in (1, 2, 3)] == ["spine_01", "spine_03", "spine_05"]
    assert [bones[f"neck_{n}"] for n in (1, 2)] == ["neck_01", "neck_02"]
    assert (bones["left_foot"], bones["left_arm"]) == ("foot_l", "upperarm_l")


@pytest.mark.parametrize("label", sorted(CONVENTIONS))
def test_a_convention_knows_itself(label: str) -> None:
    convention = CONVENTIONS[label]
    side, word = limb_word(convention.example) or ("", "")
    assert (side, word) == ("left", convention.leg_words[0])
    assert all(word in MEANINGS for word in (*convention.arm_words, *convention.leg_words) if word)


@pytest.mark.parametrize(
    "name",
    ["LeftHandIndex1", "l_eye", "LeftEyeBall", "hip", "Hips", "LeftArmTwist", "foot_ik.L", "Leg",
     "LeftToe_End", "Root", "ball", "radius", "collar", "head"],
)  # fmt: skip
def test_other_joints_are_no_limbs(name: str) -> None:
    assert limb_word(name) is None


def test_what_is_missing_is_listed_with_what_is_there() -> None:
    names = [pair for pair in UNREAL if not pair[0].endswith("arm_l") and pair[0] != "hand_l"]
    names = [(name, above if above in dict(names) else "root") if above else (name, above)
             for name, above in names]  # fmt: skip
    with pytest.raises(MediaError, match=r"lacks.*: left_arm, left_forearm\. Found: .*thigh_l"):
        find_bones(skeleton(names), "x.bvh")
    with pytest.raises(MediaError, match=r"Found: none\. Its joints are tail, wing; give a map"):
        find_bones(skeleton([("tail", ""), ("wing", "tail")]), "bird.bvh")


def test_a_map_says_what_names_do_not() -> None:
    names = [(f"Bone.{one}", f"Bone.{above}" if above else "") for one, above in
             (("a", ""), ("b", "a"), *((f"{s}{n}", f"{s}{n - 1}" if n % 3 else "a" if n else "b")
              for s in "lr" for n in range(6)))]  # fmt: skip
    parts = ("arm", "forearm", "hand", "up_leg", "leg", "foot")
    given = {f"{side}_{part}": f"Bone.{side[0]}{n}" for side in SIDES for n, part in
             enumerate(parts)}  # fmt: skip
    humanoid = find_bones(skeleton(names), "x.bvh", given)
    assert humanoid.convention == "given"
    assert set(given) < set(humanoid.bones)
    with pytest.raises(InvalidRequestError, match=r"names 'Tail' for left_arm, but 'x\.bvh'"):
        find_bones(skeleton(names), "x.bvh", {"left_arm": "Tail"})
    with pytest.raises(InvalidRequestError, match="names a bone 'paw'; there are hips, spine_1"):
        find_bones(skeleton(names), "x.bvh", {"paw": "Bone.a"})


def test_a_skeleton_made_to_take_long_does_not() -> None:
    chain = [(f"LeftLeg.{n:03d}", f"LeftLeg.{n - 1:03d}" if n else "") for n in range(400)]
    with pytest.raises(MediaError, match="lacks"):
        find_bones(skeleton(chain), "x.bvh")
