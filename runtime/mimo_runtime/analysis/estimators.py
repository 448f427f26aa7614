"""Everything that looks at frames, opened together."""

from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.analysis.depth import DepthEstimator
from mimo_runtime.analysis.matting.matte import CharacterMatter
from mimo_runtime.analysis.model import Network
from mimo_runtime.analysis.model_config import read_models, shipped_models
from mimo_runtime.analysis.model_specs import BODY, DEPTH, MATTE, PEOPLE
from mimo_runtime.analysis.person_detector import PersonDetector
from mimo_runtime.analysis.person_segmenter import PersonSegmenter
from mimo_runtime.analysis.pose_estimate import PoseEstimator


@dataclass(frozen=True, slots=True, eq=False)
class Estimators:
    """One of each; `depth` is None where no network was chosen for it."""

    people: PersonDetector
    bodies: PoseEstimator
    masks: PersonSegmenter
    characters: CharacterMatter
    depth: DepthEstimator | None


def open_estimators(models: Path | None = None, *, threads: int = 1, tiles: int = 1) -> Estimators:
    """The estimators with the networks that ship, or with those of the file `models` (`choices`).

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
    people = PersonDetector(networks[PEOPLE], tiles=tiles)
    bodies, masks = PoseEstimator(networks[BODY]), PersonSegmenter(networks[MATTE])
    return Estimators(
        people=people,
        bodies=bodies,
        masks=masks,
        characters=CharacterMatter(people, bodies, masks),
        depth=DepthEstimator(networks[DEPTH]) if DEPTH in networks else None,
    )
