"""Exit codes and sentences of the command line, through its real entry."""

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pytest

from mimo_runtime.cli import main
from mimo_runtime.cli.main import mimo, run
from mimo_runtime.errors import ResourceError
from mimo_runtime.media.picture import encode_png
from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.bundles import SMALL_BUNDLE

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def render(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `mimo render` on the sample with changed options; exit code and stderr."""

    def run(**changes: str | Path) -> tuple[int, str]:
        options: dict[str, str | Path] = {
            "bundle": SMALL_BUNDLE,
            "character": CHARACTER,
            "template": TEMPLATE,
            "steps": "1",
            "output": tmp_path / "out",
        } | changes
        arguments = [text for name, v in options.items() for text in (f"--{name}", str(v))]
        with pytest.raises(SystemExit) as end:
            main(["render", *arguments])
        assert isinstance(end.value.code, int)
        return end.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"steps": "0"}, 2, "steps is 0"),
        ({"guidance": "nan"}, 2, "guidance is nan"),
        ({"seed": "-1"}, 2, "seed is -1"),
        ({"output": "film.avi"}, 2, ".mp4"),
        ({"bundle": "nowhere"}, 4, "no bundle"),
        ({"template": "nowhere"}, 3, "nowhere"),
        ({"character": "nobody.png"}, 3, "nobody.png"),
        ({"feather-masks": "nowhere"}, 2, "alpha2_"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_a_code(
    render: Run, changes: dict[str, str], code: int, words: str
) -> None:
    found, err = render(**changes)
    assert found == code
    assert words in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("channels", [3, 4])
def test_a_picture_without_matte_says_how_to_give_one(
    render: Run, tmp_path: Path, channels: int
) -> None:
    picture = tmp_path / "opaque.png"
    picture.write_bytes(encode_png(np.full((64, 48, channels), 255, np.uint8)))
    code, err = render(character=picture)
    assert code == 2
    assert "matte" in err


def test_random_bytes_for_a_video_are_refused(render: Run, tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    for file in TEMPLATE.iterdir():
        (template / file.name).write_bytes(file.read_bytes())
    (template / "sdc.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    code, err = render(template=template)
    assert code == 3
    assert "sdc.mp4" in err
    assert not (tmp_path / "out").exists()


def test_help_lists_the_commands_of_all_rooms(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    out = capsys.readouterr().out
    for name in ("demo", "export", "inspect", "render", "serve", "synthesize"):
        assert f"  {name} " in out


def test_an_unknown_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["render", "--colour"])
    assert end.value.code == 2
    assert "--colour" in capsys.readouterr().err


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("Message: std::bad_alloc")])
def test_what_libraries_raise_for_want_of_memory_is_a_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def starve() -> None:
        raise error

    monkeypatch.setitem(mimo.commands, "starve", starve)
    assert run(["starve"]) == ResourceError.exit_code
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("Error: The machine has too little memory")
