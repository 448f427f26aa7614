"""What modes, solvers and steps make of the model that ships, beside the truth.

    python -m benchmarks.solvers [--jod]             writes results/solvers.json

People, motions, lights and scenes are made up as in `benchmarks.quality`, not trained on. Each
clip is longer than a window. Every row begins with the same noise; `settled` tells how far its
frames are from those of many steps of second order, which is what all of them come to.
"""

import importlib.util
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor

from benchmarks.command_line import command_line
from benchmarks.layer_measures import jods, true_frames
from benchmarks.quality import FIRST_SEED
from mimo_runtime import sample
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.planning.extent import Extent
from mimo_runtime.planning.schedule import ClipPlan, Pass, whole_clip
from mimo_runtime.planning.solver import SolverConfig
from mimo_runtime.synthesis.conditions import ConditionMaker
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.identity import Identity, identity_from_character
from mimo_runtime.synthesis.noise import FrameNoise
from mimo_runtime.synthesis.resolved import ResolvedSettings, resolved_settings
from mimo_runtime.wire.settings import Mode, Settings
from mimo_runtime.wire.solver import Spacing
from mimo_synthetic.people.pool import shards, write_shard
from mimo_training.batches import STILL, Batch, batch_from
from mimo_training.measures import psnr
from mimo_training.pool_process import HELD

FRAMES = 14  # two windows and what they share, of as many as are rendered
_RENDERED = 16
STEPS = (1, 2, 4, 8, 25)
SETTLED_STEPS = 100
_EVEN = Spacing.EVEN_ANGLE.value
MODES: Mapping[str, Mapping[str, Any]] = {
    "official": {"mode": Mode.OFFICIAL},
    "corrected": {"mode": Mode.CORRECTED},
    "offline": {"mode": Mode.OFFLINE},
    "offline, even-angle": {"mode": Mode.OFFLINE, "step_table": _EVEN},
}
RESULT = Path(__file__).parent / "results" / "solvers.json"


@dataclass(frozen=True, slots=True)
class Painter:
    """A bundle that paints clips of a pool."""

    engines: EngineSet

    def settings(self, asked: Settings) -> ResolvedSettings:
        """With what the bundle was made for."""
        return resolved_settings(asked, self.engines.bundle.manifest)

    def identity(self, batch: Batch, settings: ResolvedSettings) -> Identity:
        """Of the one character of a batch."""
        picture = _levels(batch.picture)[0]
        planes = batch.own_planes[0].numpy()
        return identity_from_character(self.engines, picture, settings.rules, planes)

    def conditions(self, batch: Batch) -> list[np.ndarray]:
        """Of each frame, on the host."""
        maker, plates = ConditionMaker(self.engines), _levels(batch.plate)
        pairs = zip(batch.planes.numpy(), plates, strict=True)
        return [np.array(maker.make_of_planes(planes, plate)) for planes, plate in pairs]

    def frames(
        self,
        batch: Batch,
        conditions: list[np.ndarray],
        identity: Identity,
        settings: ResolvedSettings,
    ) -> Tensor:
        """The frames [F, 3, S, S] in 0..1 over their plates."""
        denoiser = self._denoised(conditions, identity, settings)
        decoder = self.engines.bind("vae_decoder")
        layers = []
        for frame_id in range(batch.frames):
            denoiser.read(frame_id, decoder.buffers["latents"])
            decoder.buffers["planes"][...] = batch.planes[frame_id : frame_id + 1].numpy()
            decoder.run()
            layers.append(np.array(decoder.buffers["layer"]))
        layer = torch.from_numpy(np.concatenate(layers))
        return (layer[:, :3] + batch.plate * (1 - layer[:, 3:])).clamp(0, 1)

    def _denoised(
        self, conditions: list[np.ndarray], identity: Identity, settings: ResolvedSettings
    ) -> Denoiser:
        bundle, count = self.engines.bundle, len(conditions)
        manifest = bundle.manifest
        windows = settings.rules.windows([count], manifest.frames, manifest.overlap_frames)
        plan = ClipPlan(windows, tuple((i,) for i in range(count)), settings.steps)
        _, channels, *size = bundle.tensor("vae_decoder", "latents").shape
        noise = FrameNoise(channels, count, (size[0], size[1]), settings.seed, range(count))
        table = settings.table(SolverConfig.from_mapping(manifest.solver))
        extent = Extent(len(windows), count)
        denoiser = Denoiser(self.engines, identity, plan, extent, table, settings, noise)
        for frame_id, condition in enumerate(conditions):
            denoiser.enter(frame_id, condition)
        for work in whole_clip(plan):
            if isinstance(work, Pass):
                denoiser.run_pass(work.step, work.window)
        return denoiser


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which rows: every mode with every number of steps; `settled_steps` of what they come to."""

    modes: tuple[str, ...] = tuple(MODES)
    steps: tuple[int, ...] = STEPS
    settled_steps: int = SETTLED_STEPS

    def rows(self) -> Iterator[tuple[str, Settings]]:
        """The name of each row, and its settings."""
        for steps in self.steps:
            for name in self.modes:
                yield name, Settings(steps=steps, **MODES[name])

    @property
    def settled(self) -> Settings:
        """What all of them come to with more and more steps."""
        return Settings(steps=self.settled_steps, mode=Mode.OFFLINE, step_table=_EVEN)


def people(folder: Path, count: int) -> Iterator[Batch]:
    """One clip of each of `count` people of one shard."""
    spec = replace(HELD, frames=_RENDERED)
    write_shard(folder, spec, FIRST_SEED, lambda: click.echo(".", nl=False, err=True))
    (shard,) = shards(folder, spec)
    for number in range(min(count, len(shard))):
        rows = {}
        for name, array in shard.arrays.items():
            one = np.array(array[number : number + 1])
            rows[name] = one if name in STILL else one[0, 0, :FRAMES]
        yield batch_from(rows)


def measured(
    painter: Painter, batch: Batch, comparison: Comparison, jod: bool
) -> list[dict[str, Any]]:
    """The figures of every row for one person."""
    truth, conditions = true_frames(batch), painter.conditions(batch)
    settled_as = painter.settings(comparison.settled)
    identities = {mode: painter.identity(batch, painter.settings(Settings(mode=mode)))
                  for mode in Mode}  # fmt: skip
    settled = painter.frames(batch, conditions, identities[Mode.OFFLINE], settled_as)
    found = []
    for name, asked in comparison.rows():
        settings = painter.settings(asked)
        frames = painter.frames(batch, conditions, identities[settings.mode], settings)
        row: dict[str, Any] = {"mode": name, "steps": settings.steps}
        row["body_db"] = psnr(frames, truth, batch.alpha)
        row["settled_db"] = psnr(frames, settled, batch.alpha)
        if jod:
            row |= dict(jods({"jod": frames}, truth, batch.frames))
        found.append(row)
        click.echo(json.dumps(row), err=True)
    return found


def _levels(pictures: Tensor) -> np.ndarray:
    """uint8 [N, S, S, 3] of [N, 3, S, S] in 0..1."""
    return (pictures * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()


@click.command()
@click.option("--people", "count", default=8, show_default=True, help="Most 16.")
@click.option("--steps", type=int, multiple=True, default=STEPS, show_default=True)
@click.option("--mode", "modes", type=click.Choice(list(MODES)), multiple=True,
              default=tuple(MODES), show_default=True)  # fmt: skip
@click.option("--settled-steps", default=SETTLED_STEPS, show_default=True)
@click.option("--pool", type=click.Path(path_type=Path), help="Keep the rendered people here.")
@click.option("--jod", is_flag=True, help="ColorVideoVDP too: pip install cvvdp; minutes.")
def main(
    count: int,
    steps: tuple[int, ...],
    modes: tuple[str, ...],
    settled_steps: int,
    pool: Path | None,
    jod: bool,
) -> None:
    """Measure modes and steps on people never trained on."""
    if jod and importlib.util.find_spec("pycvvdp") is None:
        raise click.UsageError("--jod needs ColorVideoVDP; pip install cvvdp.")
    comparison = Comparison(modes, steps, settled_steps)
    painter = Painter(EngineSet(OrtBackend(Bundle.open(sample.BUNDLE))))
    with tempfile.TemporaryDirectory() as scratch:
        found = []
        for batch in people(pool or Path(scratch), count):
            found.append(measured(painter, batch, comparison, jod))
            write_means(found, settled_steps)  # of those so far: it takes long
            click.echo(f"{len(found)} of {count} people", err=True)


def write_means(found: list[list[dict[str, Any]]], settled_steps: int) -> None:
    """Write the means over people, each of whom has a list of rows."""
    rows = []
    for each in zip(*found, strict=True):
        names = [name for name in each[0] if name not in ("mode", "steps")]
        means = {name: float(np.mean([row[name] for row in each])) for name in names}
        rows.append({"mode": each[0]["mode"], "steps": each[0]["steps"]} | means)
    values = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": command_line("solvers"),
        "people": len(found),
        "frames": FRAMES,
        "settled_steps": settled_steps,
        "rows": rows,
    }
    RESULT.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
