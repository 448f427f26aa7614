"""Decoding with NVIDIA DALI: NVDEC on a GPU, VP8, VP9 and MJPEG on a CPU."""

import importlib
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.frame_sizes import check_one_size
from mimo_runtime.media.child.rlimits import unlimit_memory
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob


def _rgb_from_ycc(red_weight: float, blue_weight: float) -> NDArray[np.float64]:
    """R'G'B' of Y' in [0, 1] and Cb, Cr in [-0.5, 0.5] (ITU-R BT.601 and BT.709)."""
    green_weight = 1 - red_weight - blue_weight
    red, blue = 2 * (1 - red_weight), 2 * (1 - blue_weight)
    green_cb, green_cr = -blue * blue_weight / green_weight, -red * red_weight / green_weight
    return np.array([[1, 0, red], [1, green_cb, green_cr], [1, blue, 0]])


# DALI converts with BT.601 whatever the tags say; this turns its result into BT.709.
_BT709_FROM_BT601 = _rgb_from_ycc(0.2126, 0.0722) @ np.linalg.inv(_rgb_from_ycc(0.299, 0.114))


class DaliDecoder:
    """The only video stream of an open file, of constant size.

    BT.709 streams are corrected with a 3x3 matrix after DALI's BT.601 conversion: within rounding
    for colours that did not leave [0, 255] there; what was clipped stays clipped.
    """

    def __init__(self, file: int, job: DecodeJob, info: ClipInfo, *, on_gpu: bool) -> None:
        self._file = file
        self._job = job
        self._info = info
        self._on_gpu = on_gpu

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Upright RGB frames, uint8 [height, width, 3]; MediaError when the clip is damaged."""
        check_one_size(self._file, self._job, self._info)
        if self._on_gpu:
            unlimit_memory()
        pipeline = self._pipeline()
        with os.fdopen(os.dup(self._file), "rb") as source:
            source.seek(0)
            pipeline.feed_input("clip", [np.frombuffer(source.read(), np.uint8)])
        # Never past the end: DALI corrupts memory when run again after an error.
        runs = -(-self._info.frame_count // self._job.batch_frames)
        for run in range(runs):
            yield from map(self._finish, self._run(pipeline, run))

    def _pipeline(self) -> Any:
        dali, fn = map(importlib.import_module, ("nvidia.dali", "nvidia.dali.fn"))
        pipeline = dali.Pipeline(
            batch_size=1,
            num_threads=min(os.cpu_count() or 1, 4),
            device_id=0 if self._on_gpu else None,
            prefetch_queue_depth=1,
        )
        with pipeline:
            frames = fn.experimental.inputs.video(
                name="clip",
                sequence_length=self._job.batch_frames,
                device="mixed" if self._on_gpu else "cpu",
                last_sequence_policy="partial",
            )
            pipeline.set_outputs(frames)
        pipeline.build()
        return pipeline

    def _run(self, pipeline: Any, run: int) -> NDArray[np.uint8]:
        try:
            (output,) = pipeline.run()
        except RuntimeError:
            raise MediaError(
                f"'{self._job.name}' is truncated or damaged: DALI fails after "
                f"{run * self._job.batch_frames} of {self._info.frame_count} frames; "
                "the decoder 'pyav' may know more."
            ) from None
        frames: NDArray[np.uint8] = np.asarray((output.as_cpu() if self._on_gpu else output)[0])
        return frames

    def _finish(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        import cv2

        if self._info.colour.matrix == "bt709":
            rgb = np.asarray(cv2.transform(rgb, _BT709_FROM_BT601), np.uint8)
        size_px = self._info.orientation.size_px(*self._job.size_px(self._info))
        if size_px != (rgb.shape[1], rgb.shape[0]):
            rgb = np.asarray(cv2.resize(rgb, size_px, interpolation=cv2.INTER_AREA), np.uint8)
        return self._info.orientation.upright(rgb)
