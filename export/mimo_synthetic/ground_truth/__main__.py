"""Write one made-up clip as a video.

python -m mimo_synthetic.ground_truth walk -o walk.mp4 --seed 5 --frames 30
"""

from pathlib import Path

import click

from mimo_runtime.motions.procedural import PROCEDURAL
from mimo_synthetic.ground_truth.cameras import CAMERAS
from mimo_synthetic.ground_truth.clip import Clip
from mimo_synthetic.ground_truth.props import OCCLUDERS
from mimo_synthetic.ground_truth.spec import ClipSpec


@click.command()
@click.argument("motion", type=click.Choice(sorted(PROCEDURAL)))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--camera", type=click.Choice(CAMERAS), default="static", show_default=True)
@click.option("--occluder", type=click.Choice([*OCCLUDERS, "none"]), default="standing")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--frames", type=int, default=32, show_default=True)
@click.option("--size", type=int, default=288, show_default=True, help="Width and height in px.")
def main(
    motion: str, output: Path, camera: str, occluder: str, seed: int, frames: int, size: int
) -> None:
    """Write a clip of a painted body doing MOTION in a yard, with something in front of it."""
    spec = ClipSpec(motion, camera, occluder, seed, frames, size_px=size)
    Clip(spec).write(output)
    click.echo(f"{output}: {frames} frames of {size}x{size} px.")


if __name__ == "__main__":
    main()
