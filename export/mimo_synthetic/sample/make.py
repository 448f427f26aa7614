"""Draws the sample that ships with the program: a driving template and a character picture.

    python -m mimo_synthetic.sample.make OUT_DIR

writes OUT_DIR/character.png and OUT_DIR/template/ in the official layout. Everything is drawn
here, from numbers; the same numbers give the same pictures.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mimo_synthetic.sample.body import A_POSE, Array, walk_pose
from mimo_synthetic.sample.drawing import (
    CANVAS_PX,
    EYE_M,
    FOCAL_PX,
    HEIGHT_PX,
    HORIZON_PX,
    SUPERSAMPLE,
    WIDTH_PX,
)
from mimo_synthetic.sample.figure import Placement, dressed, surface_coloured
from mimo_synthetic.sample.occluder import occluder
from mimo_synthetic.sample.outfits import CHARACTER, WALKER
from mimo_synthetic.sample.scene import scene
from mimo_synthetic.sample.video import write_stream

Picture = NDArray[np.uint8]

RATE_FPS, FRAME_COUNT = 20, 32
START_X_M, START_Z_M, HEADING = -1.14, 5.2, 60.0
SPEED_M_PER_S, CYCLES_PER_S, FIRST_PHASE = 1.48, 1.0, 0.08
STREAMS = ("vid", "sdc", "bk", "occ", "mask")
CHARACTER_PX = (224, 320)
CONFIG = {
    "fps": RATE_FPS,
    "time_crop": {"start_idx": 0, "end_idx": FRAME_COUNT * 30 // RATE_FPS},
    "frame_crop": {"start_idx": 0, "end_idx": 0},
    "layer_recover": False,
}


def main() -> None:
    """Write the whole sample into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Draw the sample character and template.")
    parser.add_argument("out_dir", type=Path, help="folder to write into, made where missing")
    write_sample(parser.parse_args().out_dir)


def write_sample(out_dir: Path, frame_count: int = FRAME_COUNT) -> None:
    """Write character.png, template/*.mp4 and template/config.json into `out_dir`."""
    template = out_dir / "template"
    template.mkdir(parents=True, exist_ok=True)
    Image.fromarray(character_picture()).save(out_dir / "character.png", optimize=True)
    frames = [template_frame(index) for index in range(frame_count)]
    for name in STREAMS:
        pictures = (frame[name] for frame in frames)
        write_stream(template / f"{name}.mp4", pictures, (WIDTH_PX, HEIGHT_PX), RATE_FPS)
    (template / "config.json").write_text(json.dumps(CONFIG, indent=1) + "\n", encoding="utf-8")


def character_picture() -> Picture:
    """The character from the front, arms spread: uint8 [320, 224, 4], alpha is the matte."""
    width_px, height_px = CHARACTER_PX
    place = Placement(width_px / 2, height_px - 10.0, 172.0, 0.0).zoomed(SUPERSAMPLE)
    canvas_px = (width_px * SUPERSAMPLE, height_px * SUPERSAMPLE)
    small = _shrink(dressed(A_POSE, CHARACTER, place, canvas_px), CHARACTER_PX)
    small[..., :3] /= np.maximum(small[..., 3:] / 255, 1e-6)
    return _bytes(small)


def template_frame(index: int) -> dict[str, Picture]:
    """Frame `index` of all five streams, each uint8 [192, 256, 3] before encoding."""
    pose = walk_pose(FIRST_PHASE + CYCLES_PER_S * index / RATE_FPS)
    place = walker_place(index).zoomed(SUPERSAMPLE)
    empty, front = scene(index), occluder()
    person = dressed(pose, WALKER, place, CANVAS_PX)
    surface = surface_coloured(pose, place, CANVAS_PX)
    hidden = front[..., 3:] / 255
    canvases = {
        "vid": _over(front, _over(person, empty * _shadow(place))),
        "sdc": surface[..., :3],
        "bk": _over(front, empty),
        "occ": np.repeat(front[..., 3:], 3, axis=2),
        "mask": np.repeat(person[..., 3:] * (1 - hidden), 3, axis=2),
    }
    return {name: _bytes(_shrink(canvases[name], (WIDTH_PX, HEIGHT_PX))) for name in STREAMS}


def walker_place(index: int) -> Placement:
    """Where the walking person is at frame `index`: nearer and further right as time goes on."""
    walked_m = SPEED_M_PER_S * index / RATE_FPS
    x_m = START_X_M + walked_m * np.sin(np.radians(HEADING))
    scale_px = FOCAL_PX / (START_Z_M - walked_m * np.cos(np.radians(HEADING)))
    ground_px = HORIZON_PX + EYE_M * scale_px
    return Placement(float(WIDTH_PX / 2 + x_m * scale_px), float(ground_px), scale_px, HEADING)


def _shadow(place: Placement) -> Array:
    """The light left on the ground round the feet: factors [height, width, 1]."""
    rows, columns = np.mgrid[0 : CANVAS_PX[1], 0 : CANVAS_PX[0]] + 0.5
    across = (columns - place.x_px) / (0.36 * place.scale_px)
    down = (rows - place.ground_px) / (0.075 * place.scale_px)
    factor: Array = 1 - 0.38 * np.exp(-(across**2) - down**2)[..., None]
    return factor


def _over(layer: Array, below: Array) -> Array:
    alpha = layer[..., 3:] / 255
    mixed: Array = layer[..., :3] * alpha + below * (1 - alpha)
    return mixed


def _shrink(canvas: Array, size_px: tuple[int, int]) -> Array:
    return np.asarray(cv2.resize(canvas, size_px, interpolation=cv2.INTER_AREA), dtype=np.float64)


def _bytes(picture: Array) -> Picture:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
