"""A short clip, its request, and what open streams hold."""

from pathlib import Path

import pytest

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.runner.runner import StreamRequest
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.calls import shorten


@pytest.fixture(scope="package")
def small_synthesizer(small_bundle: Path) -> Synthesizer:
    return Synthesizer.load(small_bundle, threads=1)


@pytest.fixture(scope="package")
def short_template(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shorten(small_template, tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="package")
def files(short_template: Path, small_character: Path) -> InputFiles:
    return InputFiles(small_character, short_template)


def stream_request(files: InputFiles, **settings: object) -> StreamRequest:
    given = Settings(**({"steps": 1, "guidance": 1.0} | settings))  # type: ignore[arg-type]
    return StreamRequest(files, given, MediaLimits())
