"""What a trained layer model paints, beside the drawn body and the truth.

    python -m benchmarks.quality WEIGHTS             the folder that 'mimo train tiny' ends with

People, motions, cameras, lights and scenes are made up from seeds that training does not use; each
is painted in one step from noise, eight frames in a row. Regions are of the true person: body is
all of it, seen is where the drawn texture is sure, beyond is where the drawn body does not reach.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch

from mimo_networks.layer_model import LayerModelConfig, load_layer_model
from mimo_synthetic.people.pool import PoolSpec, shards, write_shard
from mimo_training.batches import STILL, Batch, batch_from
from mimo_training.diffusion import Schedule
from mimo_training.measures import measure
from mimo_training.model import TinyMimo
from mimo_training.pool_process import HELD

FIRST_SEED = 95_000
FRAMES = 8
_ROWS = (
    ("silhouette IoU", "iou_bare", "iou"),
    ("the same with another's picture", "", "iou_other"),
    ("body, dB", "body_drawn_db", "body_db"),
    ("seen, dB", "seen_drawn_db", "seen_db"),
    ("beyond the drawn body, dB", "beyond_drawn_db", "beyond_db"),
    ("sharpness, of the truth's", "sharpness_drawn", "sharpness"),
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
    yield f"{'':34}{'drawn':>8}{'painted':>9}"
    for title, drawn, painted in _ROWS:
        left = f"{figures[drawn]:8.3f}" if drawn in figures else " " * 8
        yield f"{title:34}{left}{figures[painted]:9.3f}"


@click.command()
@click.argument("weights", type=click.Path(exists=True, path_type=Path))
@click.option("--shards", "count", default=3, show_default=True, help="Of 16 people each.")
@click.option("--size", default=192, show_default=True, help="Side of the frames in px.")
@click.option("--pool", type=click.Path(path_type=Path), help="Keep the rendered people here.")
@click.option("--json", "report", type=click.Path(path_type=Path), help="Write the figures here.")
def main(weights: Path, count: int, size: int, pool: Path | None, report: Path | None) -> None:
    """Measure a trained layer model on held-out people."""
    loaded, _ = load_layer_model(weights)
    model = TinyMimo(LayerModelConfig())
    model.load_state_dict(loaded.state_dict())
    with tempfile.TemporaryDirectory() as scratch:
        found = list(clips(pool or Path(scratch), replace(HELD, size_px=size), count))
    figures = dict(measure(model.eval(), found, Schedule.official()))
    click.echo(f"\n{2 * len(found)} people, {FRAMES} frames of {size} px each")
    for line in table(figures):
        click.echo(line)
    if report is not None:
        values = {"people": 2 * len(found), "frames": FRAMES, "size_px": size}
        report.write_text(json.dumps(values | figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
