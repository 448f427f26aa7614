"""What a trained layer model paints, beside the drawn body and the truth.

    python -m benchmarks.quality WEIGHTS    the folder that 'mimo train tiny' ends with, or a bundle

People, motions, cameras, lights and scenes are made up from seeds that training does not use; each
is painted in one step from noise, eight frames in a row. Regions are of the true person: body is
all of it, seen is where the drawn texture is sure, beyond is where the drawn body does not reach.
Head, trunk, arms and legs are parts of the body, and the crop is all of a frame, shadow included.
"""

import importlib.util
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import click
import numpy as np
import torch

from benchmarks.body_regions import REGIONS, region_db
from benchmarks.layer_measures import (
    best_light_db,
    drawn_frames,
    jods,
    painted_frames,
    rebuilt_db,
    redrawn_db,
    surface_change,
    true_frames,
)
from mimo_networks.layer_model import LayerModelConfig
from mimo_synthetic.people.pool import PoolSpec, shards, write_shard
from mimo_training.batches import STILL, Batch, batch_from
from mimo_training.diffusion import Schedule
from mimo_training.measures import measure
from mimo_training.model import TinyMimo
from mimo_training.pool_process import HELD
from mimo_training.start import begin_with

FIRST_SEED = 95_000
FRAMES = 8
_BETTER_DB = 1.0
_ROWS = (
    ("silhouette IoU", "iou_bare", "iou"),
    ("the same with another's picture", "", "iou_other"),
    ("body, dB", "body_drawn_db", "body_db"),
    ("seen, dB", "seen_drawn_db", "seen_db"),
    ("seen, each clip in its best light", "lit_drawn_db", "lit_db"),
    ("beyond the drawn body, dB", "beyond_drawn_db", "beyond_db"),
    ("sharpness, of the truth's", "sharpness_drawn", "sharpness"),
    ("change at a point, of the truth's", "change_drawn", "change"),
    ("a picture in its own posture, dB", "redrawn_drawn_db", "redrawn_db"),
    ("through the autoencoder, dB", "", "rebuilt_db"),
    *((f"{name}, dB", f"{name}_drawn_db", f"{name}_db") for name in REGIONS),
    ("ColorVideoVDP, JOD", "jod_drawn", "jod"),
)


def clips(folder: Path, spec: PoolSpec, count: int) -> Iterator[Batch]:
    """One clip at a time of `count` shards, `FRAMES` frames of each person; made where missing."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        write_shard(folder, spec, seed, lambda: click.echo(".", nl=False, err=True))
    for shard in shards(folder, spec):
        for first in range(0, len(shard) - 1, 2):
            rows = {}
            for name, array in shard.arrays.items():
                pair = np.array(array[first : first + 2])
                shown = pair if name in STILL else pair[:, 0, :FRAMES].reshape(-1, *pair.shape[3:])
                rows[name] = shown
            yield batch_from(rows)


def table(figures: dict[str, float]) -> Iterator[str]:
    """Drawn and painted, a line a figure."""
    yield f"{'':36}{'drawn':>8}{'painted':>9}"
    for title, *names in _ROWS:
        cells = [f"{figures[name]:.3f}" if name in figures else "" for name in names]
        if any(cells):
            yield f"{title:36}{cells[0]:>8}{cells[1]:>9}"


def clip_figures(model: TinyMimo, batch: Batch, schedule: Schedule, jod: bool) -> dict[str, float]:
    """What is measured of whole clips, of one batch."""
    drawn, truth = drawn_frames(batch), true_frames(batch)
    painted = painted_frames(model, batch, schedule)
    true_change = surface_change(truth, batch)
    figures = {
        "change_drawn": surface_change(drawn, batch) / true_change,
        "change": surface_change(painted, batch) / true_change,
        "lit_drawn_db": best_light_db(drawn, batch),
        "lit_db": best_light_db(painted, batch),
        "rebuilt_db": rebuilt_db(model, batch),
    }
    for suffix, frames in (("_drawn_db", drawn), ("_db", painted)):
        parts = region_db(frames, truth, batch)
        figures |= {f"{name}{suffix}": value for name, value in parts.items()}
    if jod:
        figures |= dict(jods({"jod_drawn": drawn, "jod": painted}, truth, batch.frames))
    return figures


def figures_of(model: TinyMimo, found: list[Batch], jod: bool) -> dict[str, float]:
    """Everything that is measured, by name."""
    schedule = Schedule.official()
    rows = [clip_figures(model, batch, schedule, jod) for batch in found]
    names = dict.fromkeys(name for row in rows for name in row)
    redrawn = [pair for batch in found for pair in redrawn_db(model, batch, schedule)]
    drawn_db, painted_db = zip(*redrawn, strict=True)
    gains_db = [painted - drawn for drawn, painted in redrawn]
    return {
        **measure(model, found, schedule),
        **{name: fmean(row[name] for row in rows if name in row) for name in names},
        "redrawn_drawn_db": fmean(drawn_db),
        "redrawn_db": fmean(painted_db),
        "redrawn_worst_gain_db": min(gains_db),
        "redrawn_better": fmean(gain >= _BETTER_DB for gain in gains_db),
    }


@click.command()
@click.argument("weights", type=click.Path(exists=True, path_type=Path))
@click.option("--shards", "count", default=3, show_default=True, help="Of 16 people each.")
@click.option("--size", default=192, show_default=True, help="Side of the frames in px.")
@click.option("--pool", type=click.Path(path_type=Path), help="Keep the rendered people here.")
@click.option("--jod", is_flag=True, help="ColorVideoVDP too: pip install cvvdp; minutes.")
@click.option("--json", "report", type=click.Path(path_type=Path), help="Write the figures here.")
def main(
    weights: Path, count: int, size: int, pool: Path | None, jod: bool, report: Path | None
) -> None:
    """Measure a trained layer model, or the bundle of one, on held-out people."""
    if jod and importlib.util.find_spec("pycvvdp") is None:
        raise click.UsageError("--jod needs ColorVideoVDP; pip install cvvdp.")
    model = TinyMimo(LayerModelConfig())
    begin_with(model, weights)
    with tempfile.TemporaryDirectory() as scratch:
        found = list(clips(pool or Path(scratch), replace(HELD, size_px=size), count))
    figures = figures_of(model.eval(), found, jod)
    click.echo(f"\n{2 * len(found)} people, {FRAMES} frames of {size} px each")
    for line in table(figures):
        click.echo(line)
    click.echo(
        f"{figures['redrawn_better']:.0%} of the pictures are in their own postures at least "
        f"{_BETTER_DB:g} dB better painted than drawn; the worst by "
        f"{figures['redrawn_worst_gain_db']:+.2f} dB."
    )
    if report is not None:
        values = {"people": 2 * len(found), "frames": FRAMES, "size_px": size}
        report.write_text(json.dumps(values | figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
