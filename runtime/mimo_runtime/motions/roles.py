"""What the joints of a skeleton are, told from their names."""

from collections.abc import Mapping

from mimo_runtime.errors import MediaError
from mimo_runtime.motions.namings import NAMINGS, SIDES

REQUIRED = (
    "hips",
    *(f"{side}_{part}" for side in SIDES for part in ("up_leg", "leg", "foot")),
    *(f"{side}_{part}" for side in SIDES for part in ("arm", "forearm", "hand")),
)


def find_roles(names: tuple[str, ...], source: str) -> dict[str, int]:
    """For each role the index of its joint; roles that the skeleton lacks are left out.

    Upper and lower case, a prefix up to a colon ("mixamorig:") and underscores do not matter.

    Raises:
        MediaError: of no known naming all `REQUIRED` joints are there; the sentence, in which
            `source` is the file, lists those of the best one.
    """
    indices = {_plain(name): index for index, name in reversed(list(enumerate(names)))}
    found = {naming: _match(roles, indices) for naming, roles in NAMINGS.items()}
    best = max(found, key=lambda naming: _fit(found[naming]))
    missing = [role for role in REQUIRED if role not in found[best]]
    if missing:
        joints = ", ".join(NAMINGS[best][role][0] for role in missing)
        raise MediaError(
            f"The skeleton of '{source}' fits none of the known namings ({', '.join(NAMINGS)}); "
            f"by that of {best} these joints are missing: {joints}. Rename its joints."
        )
    return found[best]


def _match(naming: Mapping[str, tuple[str, ...]], indices: Mapping[str, int]) -> dict[str, int]:
    found = {}
    for role, spellings in naming.items():
        present = [indices[key] for key in map(_plain, spellings) if key in indices]
        if present:
            found[role] = present[0]
    return found


def _fit(roles: Mapping[str, int]) -> tuple[int, int]:
    return sum(role in roles for role in REQUIRED), len(roles)


def _plain(name: str) -> str:
    return name.rpartition(":")[2].lower().replace("_", "").removeprefix("mixamorig")
