"""`mimo verify`, and how renders are signed, marked and labelled."""

from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner, Result

from mimo_runtime.cli.main import mimo
from mimo_runtime.errors import MediaError
from mimo_runtime.provenance.audit_log import AuditLog
from mimo_runtime.sample import YARD
from tests.runtime.serving.calls import shorten

pytest.importorskip("c2pa")


@pytest.fixture(scope="module")
def given(
    small_bundle: Path, small_character: Path, small_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[str | Path]:  # fmt: skip
    template = shorten(YARD, tmp_path_factory.mktemp("short"))
    return [
        "render", "--bundle", small_bundle, "--character", small_character,
        "--template", template, "--steps", "1", "-o",
    ]  # fmt: skip


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(mimo, [str(each) for each in arguments])
    assert result.exit_code == code or isinstance(result.exception, MediaError), result.output
    return result


def frames(path: Path) -> list[np.ndarray]:  # type: ignore[type-arg]
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_render_is_signed_and_one_that_is_not_has_the_same_frames(
    given: list[str | Path], tmp_path: Path
) -> None:
    signed, bare = tmp_path / "signed.mp4", tmp_path / "bare.mp4"
    assert "a certificate for development" in run(*given, signed).stderr
    assert "signed" not in run(*given, bare, "--unsigned").stderr
    assert np.array_equal(frames(signed), frames(bare))
    told = run("verify", signed).stdout
    assert "It is as it was when it was signed." in told
    assert "anybody can sign who has this program" in told
    assert "No authority says when that was." in told
    assert "seed 42" in told
    assert "Input character: " in told
    told = run("verify", bare).stdout
    assert "It is not signed." in told
    assert "a note in the file, which nobody has signed" in told
    assert "seed 42" in told
    data = signed.read_bytes()
    signed.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    changed = run("verify", signed)
    assert isinstance(changed.exception, MediaError)
    assert "trust nothing that it says" in str(changed.exception)
    assert "What does not hold" in changed.stdout


def test_a_folder_is_signed_picture_by_picture(given: list[str | Path], tmp_path: Path) -> None:
    run(*given, tmp_path / "frames")
    for picture in sorted((tmp_path / "frames").iterdir())[:2]:
        assert "It is as it was when it was signed." in run("verify", picture).stdout


def test_a_mark_is_read_with_its_key(given: list[str | Path], tmp_path: Path) -> None:
    key, video = tmp_path / "mark.key", tmp_path / "marked.mp4"
    key.write_text("a secret that nobody knows")
    run(*given, video, "--mark-key", key, "--label", "AI")
    told = run("verify", video, "--mark-key", key).stdout
    assert ", which is that of the recipe" in told
    assert f"The recipe is {told.partition('carry the mark ')[2][:8]}" in told
    key.write_text("another secret of somebody else")
    assert "no mark of this key" in run("verify", video, "--mark-key", key).stdout


def test_what_says_nothing_is_told(tmp_path: Path, small_character: Path) -> None:
    for file in (small_character, tmp_path / "none.mp4", tmp_path):
        assert isinstance(run("verify", file).exception, MediaError)


def test_an_audit_log(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "log")
    log.write({"event": "made"})
    log.write({"event": "made"})
    log.close()
    assert "2 lines follow each other" in run("verify", "--audit", tmp_path / "log").stdout
    lines = (tmp_path / "log").read_bytes().splitlines(keepends=True)
    (tmp_path / "log").write_bytes(lines[1])
    assert isinstance(run("verify", "--audit", tmp_path / "log").exception, MediaError)
