"""A bundle that paints people, behind a server: the postures of the template go over the wire."""

import json
import shutil
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.bundle import Bundle
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.session import synthesize
from mimo_runtime.errors import TemplateError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.run import start_engines
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.inputs import InputFiles, request_from
from mimo_runtime.wire.poses import EXTRAS
from mimo_runtime.wire.settings import Settings
from tests.runtime.runner.painting_bundle import paint_humans


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("short") / "yard"
    shutil.copytree(YARD, folder)
    config = {"fps": 15, "time_crop": {"start_idx": 0, "end_idx": 6}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return paint_humans(tmp_path_factory.mktemp("bundles") / "painting")


@pytest.fixture(scope="module")
def address(bundle):
    options = ServerOptions(threads=1)
    with (
        closing(start_engines(Bundle.open(bundle), options, lambda _line: None)) as runner,
        LocalServer(runner, options) as server,
    ):
        yield server.address


def test_a_server_makes_the_frames_that_a_process_makes(address, bundle, template, tmp_path):
    output = tmp_path / "frames"
    inputs = Inputs(CHARACTER, template)
    summary = synthesize(address, inputs, Settings(), output, lambda _progress: None)
    synthesizer = Synthesizer.load(bundle, threads=1, engine="onnxruntime")
    files = InputFiles(CHARACTER, template)
    request = request_from(files, Settings(), MediaLimits(), synthesizer.bundle.manifest)
    job = synthesizer.start(request, CancellationToken(), lambda _progress: None)
    here = [frame.rgb for frame in job.frames()]
    assert summary.frame_count == len(here) == 3
    for path, expected in zip(sorted(output.iterdir()), here, strict=True):
        with Image.open(path) as picture:
            assert (np.asarray(picture) == expected).all()


def test_without_postures_the_server_says_how_to_get_them(address, template, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(template, other)
    shutil.rmtree(other / EXTRAS)
    with pytest.raises(TemplateError, match="has no postures"):
        synthesize(
            address, Inputs(CHARACTER, other), Settings(), tmp_path / "o", lambda _progress: None
        )
