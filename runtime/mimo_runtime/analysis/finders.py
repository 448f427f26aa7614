"""Everything that looks at frames, opened together."""

from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.analysis.body_landmarks import BodyFinder
from mimo_runtime.analysis.choices import read_models, shipped_models
from mimo_runtime.analysis.contracts import BODY, DEPTH, MATTE, PEOPLE
from mimo_runtime.analysis.depth import DepthFinder
from mimo_runtime.analysis.mask import MaskFinder
from mimo_runtime.analysis.matte import CharacterFinder
from mimo_runtime.analysis.model import Network
from mimo_runtime.analysis.people import PeopleFinder


@dataclass(frozen=True, slots=True, eq=False)
class Finders:
    """One of each; `depth` is None where no network was chosen for it."""

    people: PeopleFinder
    bodies: BodyFinder
    masks: MaskFinder
    characters: CharacterFinder
    depth: DepthFinder | None


def open_finders(models: Path | None = None, *, threads: int = 1, tiles: int = 1) -> Finders:
    """The finders with the networks that ship, or with those of the file `models` (`choices`).

    Args:
        models: JSON file of the user's, None for the networks that ship.
        threads: of each network of the user's, 0 for one per core. Those that ship are small and
            take one each; frames are worked on side by side instead.
        tiles: into how many more parts frames are cut to find small people: 1, 2 or 4.

    Raises:
        InvalidRequestError: the file, a network that it names, or the number of tiles is wrong.
    """
    shipped = shipped_models()
    choices = shipped if models is None else read_models(models)
    networks = {
        slot: Network(choice, 1 if choice == shipped.get(slot) else threads)
        for slot, choice in choices.items()
    }
    people = PeopleFinder(networks[PEOPLE], tiles=tiles)
    bodies, masks = BodyFinder(networks[BODY]), MaskFinder(networks[MATTE])
    return Finders(
        people=people,
        bodies=bodies,
        masks=masks,
        characters=CharacterFinder(people, bodies, masks),
        depth=DepthFinder(networks[DEPTH]) if DEPTH in networks else None,
    )
