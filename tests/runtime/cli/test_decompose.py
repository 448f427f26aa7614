"""`mimo decompose`, and rendering straight from a driving video or a mixture."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.cli import main
from mimo_runtime.cli.progress import ProgressBars
from mimo_runtime.decomposition.progress import BODY, LABELS
from mimo_runtime.media.picture import encode_png
from mimo_runtime.sample import CHARACTER, TEMPLATE
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.run import start_engines
from mimo_runtime.wire.progress import Progress
from tests.bundles import SMALL_BUNDLE
from tests.runtime.decomposition.clips import SIZE_PX, empty_yard, walking, write_video

Run = Callable[..., tuple[int, str]]
FRAMES = 4


@pytest.fixture
def mimo(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; exit code and stderr."""

    def run(*arguments: object) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        assert isinstance(end.value.code, int)
        return end.value.code, capsys.readouterr().err

    return run


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("driving") / "walk.mp4", walking()[:FRAMES])


def _render(mimo: Run, output: Path, *driven: object) -> tuple[int, str]:
    return mimo(
        "render", "--bundle", SMALL_BUNDLE, "--character", CHARACTER, "--steps", "1",
        "--guidance", "1", "-o", output, *driven,
    )  # fmt: skip


def _frame_count(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_a_decomposed_video_can_be_rendered(mimo: Run, video: Path, tmp_path: Path) -> None:
    code, err = mimo("decompose", video, "-o", tmp_path / "walk", "--preview", "--threads", "1")
    assert code == 0
    assert f"{FRAMES} frames of {SIZE_PX}x{SIZE_PX} px at 15 a second" in err
    assert "finding people" in err
    assert "frames/s" in err
    assert (tmp_path / "walk" / "preview.png").is_file()
    assert _frame_count(tmp_path / "walk" / "preview.mp4") == FRAMES
    code, _ = _render(mimo, tmp_path / "out.mp4", "--template", tmp_path / "walk")
    assert code == 0
    assert _frame_count(tmp_path / "out.mp4") == FRAMES


def test_an_interrupted_one_says_that_it_goes_on(
    mimo: Run, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: ProgressBars, progress: Progress) -> None:
        if progress.stage == LABELS[BODY]:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ProgressBars, "__call__", interrupt)
        code, err = mimo("decompose", video, "-o", tmp_path / "walk")
    assert code == 130
    assert err == (
        "Error: Cancelled; finished stages are kept, and the same command goes on from there.\n"
    )
    code, err = mimo("decompose", video, "-o", tmp_path / "walk")
    assert code == 0
    assert re.search(r"finding people .* \(earlier\)\n", err)


def test_driving_decomposes_once_and_renders(mimo: Run, video: Path, tmp_path: Path) -> None:
    driven = ("--driving", video, "--threads", "1")
    code, err = _render(mimo, tmp_path / "out.mp4", *driven)
    assert code == 0
    assert "finding people" in err
    assert _frame_count(tmp_path / "out.mp4") == FRAMES
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out.mp4", "out.template"]
    code, err = _render(mimo, tmp_path / "out.mp4", *driven)
    assert code == 0
    assert "is already the template of" in err
    assert "finding people" not in err


def test_a_server_renders_what_the_client_decomposed(
    mimo: Run, video: Path, tmp_path: Path
) -> None:
    options = ServerOptions(threads=1)
    with (
        closing(start_engines(Bundle.open(SMALL_BUNDLE), options, lambda _: None)) as runner,
        LocalServer(runner, options) as server,
    ):
        code, err = mimo(
            "synthesize", "--server", server.address, "--character", CHARACTER, "--driving", video,
            "--steps", "1", "--guidance", "1", "-o", tmp_path / "out.mp4",
        )  # fmt: skip
    assert (code, "finding people" in err) == (0, True)
    assert _frame_count(tmp_path / "out.mp4") == FRAMES


def test_motion_and_scene_are_mixed(mimo: Run, tmp_path: Path) -> None:
    park = tmp_path / "park.png"
    park.write_bytes(encode_png(empty_yard()[0]))
    code, err = _render(mimo, tmp_path / "out.mp4", "--motion", TEMPLATE, "--scene", park)
    assert code == 0
    assert "was scaled and cut to the motion's" in err
    assert _frame_count(tmp_path / "out.mp4") == 32


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "exactly one of"),
        (["--template", "t", "--driving", "v.mp4"], "exactly one of"),
        (["--driving", "v.mp4", "--scene", "s.png"], "exactly one of"),
        (["--motion", "m"], "--motion alone is not enough; give --scene"),
        (["--scene", "s.png"], "--scene alone is not enough; give --motion"),
    ],
)
@pytest.mark.parametrize("command", ["render", "synthesize"])
def test_there_is_one_way_to_say_what_drives(
    mimo: Run, command: str, options: list[str], words: str, tmp_path: Path
) -> None:
    where = ("--bundle", SMALL_BUNDLE) if command == "render" else ("--server", "localhost:1")
    code, err = mimo(
        command, *where, "--character", CHARACTER, "-o", tmp_path / "o.mp4", *options
    )  # fmt: skip
    assert code == 2
    assert words in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere.mp4", "-o", "{}/t"], 3, "nowhere.mp4"),
        (["{video}", "-o", "{}"], 2, "which is no part of an earlier template"),
        (["{video}", "-o", "{}/t", "--models", "nowhere.json"], 2, "nowhere.json"),
        (["{video}", "-o", "{}/t", "--size", "3"], 2, "--size"),
        (["{video}", "-o", "{}/t", "--threads", "-3"], 2, "--threads"),
    ],
)
def test_what_cannot_be_decomposed_is_a_sentence(
    mimo: Run, video: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "letter.txt").touch()
    filled = [
        text.replace("{video}", str(video)).replace("{}", str(tmp_path)) for text in arguments
    ]
    found, err = mimo("decompose", *filled)
    assert found == code
    assert words in err
    assert "Traceback" not in err
    assert [entry.name for entry in tmp_path.iterdir()] == ["letter.txt"]


def test_a_wrong_output_is_refused_before_the_work(mimo: Run, video: Path, tmp_path: Path) -> None:
    code, err = _render(mimo, tmp_path / "film.avi", "--driving", video)
    assert code == 2
    assert ".mp4" in err
    assert not any(tmp_path.iterdir())
