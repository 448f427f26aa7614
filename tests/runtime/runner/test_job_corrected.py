"""What mode 'corrected' does otherwise than the official code."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.errors import CancelledError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.sink import open_sink
from mimo_runtime.planning.crops import plan_crop_segments
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL
from mimo_runtime.planning.windows import closed_windows, open_windows
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.composition import Layers, compose_frame
from mimo_runtime.synthesis.feather import default_feather_masks
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, Template, open_template
from mimo_runtime.wire.progress import Progress
from tests.golden import GOLDEN
from tests.runtime.synthesis.requests import all_frames, golden_request, small_request

FRAMES = 3


@pytest.fixture(scope="module")
def synthesizer(small_bundle: Path) -> Synthesizer:
    return Synthesizer.load(small_bundle, threads=1)


@pytest.fixture(scope="module")
def nobody(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template that ships, cut to some frames, in which nobody moves."""
    folder = tmp_path_factory.mktemp("nobody") / "template"
    folder.mkdir()
    template = open_template(small_template, MediaLimits())
    for name in template.streams:
        with open_sink(
            folder / f"{name}.mp4", template.width_px, template.height_px, template.rate_fps
        ) as sink:
            for index, frame in enumerate(template.frames(name, range(FRAMES))):
                sink.write(index, np.zeros_like(frame) if name == MOTION else frame)
    shutil.copy(small_template / "config.json", folder)
    return folder


def pictures(template: Template, stream: str) -> list[NDArray[np.uint8]]:
    return [frame.copy() for frame in template.frames(stream, range(template.frame_count))]


def test_a_clip_with_nobody_is_the_scene_behind_the_occluder(
    synthesizer: Synthesizer, nobody: Path, small_character: Path
) -> None:
    request = small_request(nobody, small_character, steps=1, mode="corrected")
    scene, source, front = (pictures(request.template, name) for name in (SCENE, SOURCE, OCCLUSION))
    frames = all_frames(synthesizer, request)
    assert len(frames) == FRAMES
    for index, frame in enumerate(frames):
        layers = Layers(scene[index], source[index], front[index][..., 0])
        wanted = compose_frame([], layers, default_feather_masks(), CORRECTED)
        np.testing.assert_array_equal(frame.rgb, wanted)


def test_a_clip_with_nobody_in_official_mode_paints_all_the_same(
    synthesizer: Synthesizer, nobody: Path, small_character: Path
) -> None:
    request = small_request(nobody, small_character, steps=1, guidance=1.0)
    scene = pictures(request.template, SCENE)
    frames = all_frames(synthesizer, request)
    assert len(frames) == FRAMES
    assert any(np.abs(f.rgb.astype(int) - s).max() > 30 for f, s in zip(frames, scene, strict=True))


@pytest.mark.parametrize("mode", ["official", "corrected"])
def test_windows_of_each_mode(compact_bundle: Path, mode: str) -> None:
    """Passes of a step: closed windows over all segments, or open ones over each."""
    request = golden_request(GOLDEN, steps=5, guidance=1.0, mode=mode)
    width_px, height_px = request.template.width_px, request.template.height_px
    boxes = [person_box(frame) for frame in pictures(request.template, MOTION)]
    segments = plan_crop_segments(
        boxes, width_px, height_px, CORRECTED if mode == "corrected" else OFFICIAL
    )
    lengths = [len(segment.frames) for segment in segments]
    assert len(lengths) == 2
    windows = {
        "official": closed_windows(sum(lengths), 24, 4),
        "corrected": open_windows(lengths, 24, 4),
    }
    assert (len(windows["official"]), len(windows["corrected"])) == (1, 2)
    stop, told = CancellationToken(), list[Progress]()

    def until_the_first_pass(progress: Progress) -> None:
        told.append(progress)
        if progress.stage == "denoise":
            stop.cancel()

    job = Synthesizer.load(compact_bundle, threads=1).start(request, stop, until_the_first_pass)
    with pytest.raises(CancelledError):
        list(job.frames())
    assert told[-1] == Progress("denoise", 1, 5 * len(windows[mode]))
    shown = sum(lengths) if mode == "official" else len(windows["corrected"][0])
    assert told[-2].stage == "scene"
    assert told[-2].done >= shown
    assert (told[-2].done == sum(lengths)) == (mode == "official")
