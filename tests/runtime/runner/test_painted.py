"""Bundles that paint the human layer: planes in, a layer out, the scene exact around it."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.characters.planes import NAMES
from mimo_runtime.errors import TemplateError, UnsupportedError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.sample import CHARACTER, TEMPLATE, YARD
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.draft import Draft
from mimo_runtime.synthesis.inputs import InputFiles, request_from
from mimo_runtime.synthesis.prepared import prepare
from mimo_runtime.templates.folder import OCCLUSION, SCENE, SOURCE, open_template
from mimo_runtime.wire.settings import Settings
from tests.runtime.runner.painting_bundle import paint_humans

SETTINGS = Settings(steps=1, guidance=1.0, mode="corrected")


@pytest.fixture(scope="module")
def short_yard(tmp_path_factory):
    """The first five frames of the yard."""
    folder = tmp_path_factory.mktemp("short") / "yard"
    shutil.copytree(YARD, folder)
    (folder / "config.json").write_text('{"fps": 15, "time_crop": {"start_idx": 0, "end_idx": 10}}')
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return paint_humans(tmp_path_factory.mktemp("bundles") / "painting")


@pytest.fixture(scope="module")
def synthesizer(bundle):
    return Synthesizer.load(bundle, threads=1, engine="onnxruntime")


def frames_of(synthesizer, files, settings=SETTINGS):
    request = request_from(files, settings, MediaLimits(), synthesizer.bundle.manifest)
    job = synthesizer.start(request, CancellationToken(), lambda _progress: None)
    return [frame.rgb for frame in job.frames()]


@pytest.fixture(scope="module")
def painted(synthesizer, short_yard):
    return frames_of(synthesizer, InputFiles(CHARACTER, short_yard))


def pictures(template, name):
    count = range(template.frame_count)
    return [frame.copy() for frame in template.frames(name, count)]


def test_a_dry_run_runs_every_component(synthesizer):
    assert synthesizer.dry_run().seconds > 0


def test_the_scene_is_exact_and_the_person_where_the_draft_draws_it(painted, short_yard):
    template = open_template(short_yard, MediaLimits())
    assert len(painted) == template.frame_count == 5
    character = open_character()
    drawn = [frame.rgb for frame in Draft(character, template, lambda _progress: None).frames()]
    layers = [pictures(template, name) for name in (SCENE, SOURCE, OCCLUSION)]
    for made, draft, scene, source, occlusion in zip(painted, drawn, *layers, strict=True):
        cover = occlusion[..., :1].astype(np.float32) / 255
        empty = np.rint(scene * (1 - cover) + source * cover).astype(int)
        person = np.abs(draft.astype(int) - empty).max(axis=2) > 25
        assert person.sum() > 400
        changed = np.abs(made.astype(int) - empty).max(axis=2) > 1
        assert changed.mean() < 0.15
        assert (changed & person).sum() > 0.7 * person.sum()
        off = np.abs(made.astype(int) - draft)[person & changed]
        assert np.median(off) < 25


def open_character():
    picture = read_picture(CHARACTER.read_bytes(), CHARACTER.name, MediaLimits())
    return prepare(picture).character.figure


def test_a_template_without_postures_is_refused(synthesizer):
    with pytest.raises(TemplateError, match="has no postures"):
        frames_of(synthesizer, InputFiles(CHARACTER, TEMPLATE))


def test_whole_frames_are_refused(synthesizer, short_yard):
    files = InputFiles(CHARACTER, short_yard)
    with pytest.raises(UnsupportedError, match="framing 'person'"):
        frames_of(synthesizer, files, replace(SETTINGS, framing="whole"))


def test_planes_that_are_not_known_are_refused(short_yard, tmp_path):
    other = paint_humans(tmp_path / "b", planes=[*NAMES[:-1], "glow"])
    loaded = Synthesizer.load(other, engine="onnxruntime")
    with pytest.raises(UnsupportedError, match="glow"):
        frames_of(loaded, InputFiles(CHARACTER, short_yard))
