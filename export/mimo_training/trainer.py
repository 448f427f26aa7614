"""Runs a stage: steps, checkpoints that a killed run goes on from, figures along the way."""

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mimo_synthetic.people.pool import Shard
from mimo_training.batches import Batch, random_batch
from mimo_training.diffusion import Schedule
from mimo_training.measures import Figures, measure
from mimo_training.model import TinyMimo
from mimo_training.stages import Stage
from mimo_training.start import begin_with

_AVERAGE = 0.998  # of the weights, over steps: what is measured and shipped
_SAVED_EVERY_S = 120.0
_LARGEST_GRADIENT = 1.0
_CALIBRATED_ON = 8  # people

Tensors = tuple[Tensor, ...] | list[Tensor]
OnStep = Callable[[str, int, float, Figures], None]


@dataclass(slots=True)
class Progress:
    """Where a run is: `seconds` of each stage so far, and `steps` in all."""

    seconds: dict[str, float]
    steps: int = 0


class Trainer:
    """A model in training, its average and what an interrupted run needs to go on."""

    def __init__(self, model: TinyMimo, folder: Path, device: torch.device, seed: int) -> None:
        self.model = model.to(device)
        for parameter in self.model.parameters():
            if parameter.ndim == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self.average = torch.optim.swa_utils.AveragedModel(self.model, multi_avg_fn=_moving_average)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=1e-3, weight_decay=1e-3, fused=True
        )
        self.schedule = Schedule.official()
        self.progress = Progress({})
        self._folder, self._device = folder, device
        self._random = np.random.default_rng(seed)

    def begin(self, shards: Sequence[Shard], start: Path | None = None) -> None:
        """Take the weights of `start`; or scale fresh ones by what they will see, and pair them."""
        if start is not None:
            begin_with(self.model, start)
        else:
            self._calibrate(shards)
        self.averaged.load_state_dict(self.model.state_dict())

    def _calibrate(self, shards: Sequence[Shard]) -> None:
        batch = random_batch(shards, _CALIBRATED_ON, 1, self._random).to(self._device)
        self.model.calibrate(batch.planes, batch.plate)
        self.model.pair()

    def run(
        self,
        stage: Stage,
        shards: Callable[[], Sequence[Shard]],
        seconds: float,
        held_out: Sequence[Batch],
        every: int,
        on_step: OnStep,
    ) -> None:
        """Train `stage` until it had `seconds` of processor time in all, earlier runs included."""
        spent = self.progress.seconds.setdefault(stage.name, 0.0)
        started, saved = time.process_time(), time.monotonic()
        known = shards()
        while (now := spent + time.process_time() - started) < seconds:
            self._set_rate(stage, now / seconds)
            losses = self._step(stage, known)
            self.progress.steps += 1
            self.progress.seconds[stage.name] = spent + time.process_time() - started
            if self.progress.steps % every == 0:
                figures = losses | self.measured(held_out)
                self._log(stage, figures)
                on_step(stage.name, self.progress.steps, now, figures)
                known = shards()
            if time.monotonic() - saved > _SAVED_EVERY_S:
                self.save()
                saved = time.monotonic()
        self.save()

    def measured(self, held_out: Sequence[Batch]) -> dict[str, float]:
        """Figures of the averaged weights."""
        return dict(measure(self.averaged, list(held_out), self.schedule))

    @property
    def averaged(self) -> TinyMimo:
        """The model with the averaged weights."""
        if not isinstance(self.average.module, TinyMimo):
            raise TypeError("the average is of another model")
        return self.average.module

    def save(self) -> None:
        """Write the checkpoint whole or not at all."""
        partial = self._folder / "checkpoint.partial"
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "seconds": self.progress.seconds,
                "steps": self.progress.steps,
            },
            partial,
        )
        partial.rename(self._folder / "checkpoint.pt")

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one."""
        path = self._folder / "checkpoint.pt"
        if not path.is_file():
            return False
        state: dict[str, Any] = torch.load(path, map_location=self._device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.progress = Progress(state["seconds"], state["steps"])
        self._random = np.random.default_rng(self.progress.steps)
        return True

    def _step(self, stage: Stage, shards: Sequence[Shard]) -> dict[str, float]:
        size_px = int(self._random.choice(stage.sizes_px))
        people = stage.characters_at(size_px)
        batch = random_batch(shards, people, stage.frames, self._random)
        batch = batch.resized(size_px).to(self._device)
        losses = stage.losses(self.model, batch, self.schedule)
        self.optimizer.zero_grad(set_to_none=True)
        sum(losses.values(), torch.zeros((), device=self._device)).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), _LARGEST_GRADIENT)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return {f"loss_{name}": float(loss.detach()) for name, loss in losses.items()}

    def _set_rate(self, stage: Stage, share: float) -> None:
        warm = min(1.0, (self.progress.steps + 1) / 50)
        rate = stage.learning_rate * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * min(share, 1))))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * warm

    def _log(self, stage: Stage, figures: Figures) -> None:
        row = {"stage": stage.name, "steps": self.progress.steps} | {
            "seconds": dict(self.progress.seconds)
        }
        with (self._folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(row | dict(figures)) + "\n")


@torch.no_grad()
def _moving_average(averages: Tensors, new: Tensors, count: Tensor | int) -> None:
    """The exponential moving average; over fewer steps as long as there were few."""
    kept = min(_AVERAGE, (1 + float(count)) / (10 + float(count)))
    torch._foreach_lerp_(averages, new, 1 - kept)
