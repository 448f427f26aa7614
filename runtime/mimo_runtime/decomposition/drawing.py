"""Fourth stage: the motion layer, drawn, and the silhouette that the person would show."""

from pathlib import Path

import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.body.render import render_pose
from mimo_runtime.concurrency import parallel_map
from mimo_runtime.decomposition.planes import PlaneWriter
from mimo_runtime.decomposition.postures import read_fit
from mimo_runtime.decomposition.progress import OnFrame
from mimo_runtime.media.mp4_sink import Mp4Sink

VIDEO, SILHOUETTES = "sdc.mp4", "silhouette.planes"


def draw(fit_folder: Path, folder: Path, on_frame: OnFrame) -> None:
    """Draw every frame of the fit; frames in which nobody is to be seen are black."""
    fit = read_fit(fit_folder)
    width_px, height_px = (int(side) for side in fit.camera_arrays["size_px"])
    count = fit.motion.frame_count
    black = np.zeros((height_px, width_px, 3), np.uint8)

    def drawn(index: int) -> tuple[Pixels, Pixels]:
        if not fit.drawn[index]:
            return black, black[..., 0]
        view = render_pose(fit.body, fit.motion.pose(index), fit.camera(index))
        return view.rgb, np.rint(view.coverage * 255).astype(np.uint8)

    with (
        Mp4Sink(folder / VIDEO, width_px, height_px, fit.motion.rate_fps) as sink,
        PlaneWriter(folder / SILHOUETTES) as planes,
    ):
        for index, (rgb, silhouette) in enumerate(parallel_map(drawn, range(count))):
            sink.write(index, rgb)
            planes.write(silhouette)
            on_frame(index + 1, count)
