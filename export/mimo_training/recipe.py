"""The whole recipe of mimo-tiny: a pool of made-up people, the stages, a checkpoint to export.

Everything that a run needs and makes lies in one folder, and a run that was stopped goes on from
there: `pool/` (made again where it is missing), `checkpoint.pt`, `log.jsonl`, `curve.png`,
`sheets/`, and at the end `weights/`, which `mimo export` takes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from mimo_networks.checkpoint import OFFICIAL_SOLVER
from mimo_networks.layer_model import LayerModelConfig
from mimo_synthetic.people.pool import SAMPLES_PER_SHARD, Shard, shards
from mimo_training.batches import Batch, batch_from
from mimo_training.checkpoint import write_checkpoint
from mimo_training.curve import draw_curve
from mimo_training.model import TinyMimo
from mimo_training.origin import code, today
from mimo_training.pool_process import HELD, POOL, PoolProcess
from mimo_training.sheet import draw_sheet
from mimo_training.stages import STAGES, Stage
from mimo_training.start import origin_of
from mimo_training.trainer import OnStep, Trainer

DEFAULTS: Final = {"steps": 1, "guidance": 1.0, "mode": "corrected"}
SHAPE: Final = {"size_px": 192, "frames": 8, "overlap_frames": 2}
SOLVER: Final = dict(OFFICIAL_SOLVER)
_MEASURED_EVERY = 150
_SHOWN_FRAMES = (0, 5, 10)
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one run is to do.

    Attributes:
        folder: of everything that it needs and makes.
        seconds: of processor time for the networks, all stages and earlier runs included.
        shard_count, held_count: sizes of the pool, 16 people each.
        device: "cpu" or "cuda". seed: of weights and batches.
        start: weights or a bundle to begin with; None begins with fresh weights.
        stages: names of those that run, in the order of `STAGES`.
    """

    folder: Path
    seconds: float
    shard_count: int = 60
    held_count: int = 3
    device: str = "cpu"
    seed: int = 0
    start: Path | None = None
    stages: tuple[str, ...] = tuple(stage.name for stage in STAGES)

    @property
    def chosen(self) -> tuple[Stage, ...]:
        """The stages that run."""
        return tuple(stage for stage in STAGES if stage.name in self.stages)

    def budget(self, stage: Stage) -> float:
        """Seconds of a stage."""
        return self.seconds * stage.share / sum(s.share for s in self.chosen)


def train(recipe: Recipe, on_step: OnStep, on_pool: Callable[[int, int], None]) -> Path:
    """Run what is left of the recipe; returns the folder of the finished weights.

    on_step: told after each measurement. on_pool: told how many shards there are, of how many.
    """
    recipe.folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    model = TinyMimo(LayerModelConfig())
    trainer = Trainer(model, recipe.folder, torch.device(recipe.device), recipe.seed)
    resumed = trainer.resume()
    with PoolProcess(recipe.folder / "pool", recipe.shard_count, recipe.held_count) as rendering:
        rendering.wait_for_first(on_pool)
        if not resumed:
            trainer.begin(_known_shards(recipe.folder / "pool"), recipe.start)
        for stage in recipe.chosen:
            held = held_out_batches(recipe.folder / "pool")
            trainer.run(
                stage,
                lambda: _known_shards(recipe.folder / "pool"),
                recipe.budget(stage),
                held,
                _MEASURED_EVERY,
                on_step,
            )
            draw_curve(recipe.folder / "log.jsonl", recipe.folder / "curve.png")
            sheet = recipe.folder / "sheets" / f"{stage.name}.png"
            draw_sheet(trainer.averaged, held[0], trainer.schedule, sheet)
    return write_checkpoint(trainer.averaged, recipe.folder / "weights", _facts(recipe, trainer))


def held_out_batches(pool: Path) -> list[Batch]:
    """A few frames of each held-out clip, several characters together."""
    batches = []
    for shard in shards(pool, HELD):
        for first in range(0, len(shard), _AT_ONCE):
            batch = _held_batch(shard, slice(first, first + _AT_ONCE))
            batches.append(batch.to(torch.device("cpu")))
    return batches


def _held_batch(shard: Shard, people: slice) -> Batch:
    rows = {}
    for name, array in shard.arrays.items():
        part = np.array(array[people])
        if part.ndim > 4:
            part = part[:, 0, list(_SHOWN_FRAMES)].reshape(-1, *part.shape[3:])
        rows[name] = part
    return batch_from(rows)


def _known_shards(pool: Path) -> Sequence[Shard]:
    return list(shards(pool, POOL))


def _facts(recipe: Recipe, trainer: Trainer) -> dict[str, object]:
    """What model.json says besides sizes: how the model runs best, and where it is from."""
    origin = {
        "code": code(),
        "date": today(),
        "seed": recipe.seed,
        "seconds": dict(trainer.progress.seconds),
        "steps": trainer.progress.steps,
        "people": recipe.shard_count * SAMPLES_PER_SHARD,
        "device": recipe.device,
        "began_with": "fresh weights" if recipe.start is None else origin_of(recipe.start),
    }
    return {"defaults": DEFAULTS, "shape": SHAPE, "solver": SOLVER, "origin": origin}
