"""A joint's name as side and word: "Bip01 L Thigh" and "thigh.L.001" are a left "thigh"."""

import json
import re
import unicodedata
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import cannot_read
from mimo_runtime.motions.retargeting.skeleton_conventions import MEANINGS

_NAMESPACE = re.compile(r"^.*[:|]")
_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_SIDES = {"left": "left", "right": "right", "lft": "left", "rgt": "right", "lf": "left",
          "lt": "left", "rt": "right", "l": "left", "r": "right"}  # fmt: skip
_SUFFIXES = {"jnt", "joint", "bone", "bind", "skin", "def", "jt", "j", "sk", "loc"}
_HELPERS = {
    "ik", "pole", "target", "twist", "roll", "nub", "end", "endsite", "effector", "helper", "tip",
    "ctrl", "control", "dummy", "socket", "ghost", "mch", "org", "vis", "ref", "correct", "nul",
}  # fmt: skip
_FILLERS = {"stretch", "fk"}  # of rigs, anywhere in a name
_DIGITS = "0123456789"
_CENTRES = ("head", "neck")
# MikuMikuDance's own names; what is part of another stands behind it.
_JAPANESE = {"左": "left ", "右": "right ", "手首": "wrist", "足首": "ankle", "つま先": "toe",
             "ひじ": "elbow", "ひざ": "knee", "肩": "shoulder", "腕": "arm", "足": "leg",
             "首": "neck", "頭": "head"}  # fmt: skip


def limb_word(name: str) -> tuple[str, str] | None:
    """(side, word) where the name is that of a limb's joint, the word one of `MEANINGS`."""
    tokens = _tokens(name)
    if _HELPERS & set(tokens):
        return None
    words = [word for start in range(len(tokens)) if (word := _sided("".join(tokens[start:])))]
    return words[0] if words else None


def is_head(name: str) -> bool:
    """Whether the name is that of a head."""
    return _centre(name) == "head"


def is_neck(name: str) -> bool:
    """Whether the name is that of a joint of the neck."""
    return _centre(name) == "neck"


def read_joint_map(path: Path) -> dict[str, str]:
    """The joints of a JSON file by the bone that each is, as the user says.

    Raises InvalidRequestError where it cannot be read or is no such map.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise InvalidRequestError(cannot_read(path, error)) from None
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"'{path.name}' is no JSON: {error}; write it anew.") from None
    pairs = content.items() if isinstance(content, dict) else ()
    if not pairs or not all(isinstance(joint, str) for _, joint in pairs):
        raise InvalidRequestError(
            f"'{path.name}' is no map of bones to joints; write for instance "
            '{"left_arm": "Bone.012"}.'
        )
    return dict(pairs)


def _centre(name: str) -> str:
    tokens = _tokens(name)
    if _HELPERS & set(tokens):
        return ""
    letters = [token for token in tokens if not token.isdigit()]
    ends = [word for word in _CENTRES if letters and letters[-1].endswith(word)]
    inside = [word for word in _CENTRES if word in letters]
    return (ends or inside or [""])[0]


def _tokens(name: str) -> list[str]:
    plain = _NAMESPACE.sub("", name)
    if not plain.isascii():
        plain = _in_english(plain)
    tokens = [token for part in _TOKEN.findall(plain) if (token := part.lower()) not in _FILLERS]
    while len(tokens) > 1 and (
        tokens[-1] in _SUFFIXES or (tokens[-1].isdigit() and len(tokens[-1]) > 2)
    ):
        tokens.pop()
    return tokens


def _in_english(name: str) -> str:
    name = unicodedata.normalize("NFKC", name)
    for word, english in _JAPANESE.items():
        name = name.replace(word, english)
    return name


def _sided(joined: str) -> tuple[str, str] | None:
    for spelling, side in _SIDES.items():
        for word in (joined.removeprefix(spelling), joined.removesuffix(spelling)):
            if word != joined and (known := _known(word)):
                return side, known
    return None


def _known(word: str) -> str | None:
    """`word` as one of `MEANINGS`; a number behind it counts the parts of one bone."""
    return next((each for each in (word, word.rstrip(_DIGITS)) if each in MEANINGS), None)
