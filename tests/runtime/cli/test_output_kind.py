"""An output that cannot be written is refused before a bundle is opened or a video decoded."""

from pathlib import Path

import pytest

from mimo_runtime.cli.main import main

INPUTS = ("--character", "nobody.png", "--driving", "nothing.mp4", "-o", "out.gif")


@pytest.mark.parametrize(
    "command",
    [
        ("render", "--bundle", "nowhere"),
        ("render", "--draft"),
        ("synthesize", "--server", "localhost:1"),
    ],
    ids=["render", "draft", "synthesize"],
)
def test_a_kind_that_is_not_written(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main([*command, *INPUTS])
    said = capsys.readouterr().err
    named = ".mp4" if command[0] == "synthesize" else ".mp4 or .mov"
    assert said == (
        "Error: The output out.gif is of a kind that is not written; give a name that ends in "
        f"{named}, or one without a suffix for a folder of PNG pictures.\n"
    )
    assert not list(tmp_path.iterdir())
