"""`mimo jobs`, `mimo assets` and `mimo server` against a real server."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mimo_runtime.cli.main import mimo
from mimo_runtime.errors import (
    ForbiddenError,
    InvalidRequestError,
    MediaError,
    MimoError,
    NotFoundError,
    ServerUnreachableError,
)
from mimo_runtime.provenance.options import ProvenanceOptions
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from tests.runtime.serving.calls import shorten
from tests.runtime.serving.test_tokens import digest

Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def runner(small_bundle: Path) -> Iterator[ThreadRunner]:
    with closing(ThreadRunner(Synthesizer.load(small_bundle, threads=2))) as runner:
        yield runner


@pytest.fixture(scope="module")
def ask(runner: ThreadRunner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Runs a command of `mimo` for one server; what fails is raised."""
    unsigned = ProvenanceOptions(unsigned=True)  # so that equal jobs give equal bytes
    options = ServerOptions(state=tmp_path_factory.mktemp("state"), provenance=unsigned)
    with LocalServer(runner, options) as server:
        environment = {"MIMO_SERVER": server.address}

        def run(*arguments: Any) -> Result:
            return CliRunner(env=environment).invoke(
                mimo, [str(each) for each in arguments], catch_exceptions=False
            )

        yield run


@pytest.fixture(scope="module")
def given(
    small_character: Path, small_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, ...]:
    template = shorten(small_template, tmp_path_factory.mktemp("short"))
    return ("--character", small_character, "--template", template, "--steps", 1)


def test_a_job_from_the_picture_to_the_video(
    ask: Ask, given: tuple[Any, ...], tmp_path: Path
) -> None:
    made = ask("jobs", "create", *given, "-o", tmp_path / "one.mp4").stdout.split()
    assert (tmp_path / "one.mp4").stat().st_size > 1000
    job_id = ask("jobs", "create", *given, "--request-id", "mine").stdout.strip()
    assert ask("jobs", "create", *given, "--request-id", "mine").stdout.strip() == job_id
    assert "has succeeded" in ask("jobs", "watch", job_id).stdout
    ask("jobs", "download", job_id, "-o", tmp_path / "two.mp4")
    assert (tmp_path / "two.mp4").read_bytes() == (tmp_path / "one.mp4").read_bytes()
    told = json.loads(ask("jobs", "show", job_id, "--json").stdout)
    assert (told["request_id"], told["state"]) == ("mine", "JOB_STATE_SUCCEEDED")
    rows = ask("jobs", "list").stdout.splitlines()
    assert [row.split()[:2] for row in rows] == [[job_id, "succeeded"], [made[0], "succeeded"]]
    assert "Nothing is left" in ask("jobs", "purge", job_id).stdout
    with pytest.raises(NotFoundError):
        ask("jobs", "show", job_id)


def test_pictures_come_as_a_folder(ask: Ask, given: tuple[Any, ...], tmp_path: Path) -> None:
    ask("jobs", "create", *given, "-o", tmp_path / "frames")
    assert len(list((tmp_path / "frames").glob("frame_*.png"))) == 8


def test_a_job_that_fails_or_is_cancelled_ends_the_command_as_a_stream_would(
    ask: Ask, given: tuple[Any, ...], tmp_path: Path
) -> None:
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(b"no video")
    with pytest.raises(MediaError, match="driving"):
        ask("jobs", "create", *given[:2], "--driving", torn, "-o", tmp_path / "out.mp4")
    job_id = ask("jobs", "create", *given[:-1], 1000).stdout.strip()
    assert ": cancelled." in ask("jobs", "cancel", job_id).stdout
    with pytest.raises(MimoError, match="no result"):
        ask("jobs", "watch", job_id)
    assert not (tmp_path / "out.mp4").exists()


def test_what_was_prepared_is_named_by_its_job(
    ask: Ask, small_character: Path, given: tuple[Any, ...], tmp_path: Path
) -> None:
    preview = tmp_path / "preview.png"
    made = ask("jobs", "prepare", "--character", small_character, "-o", preview)
    assert preview.stat().st_size > 1000
    assert "Warning: What reaches beyond the body" in made.stderr
    job_id = made.stdout.split()[0]
    ask("jobs", "create", *given[2:], "--prepared", job_id, "-o", tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").stat().st_size > 1000
    with pytest.raises(InvalidRequestError, match="is not clear"):
        ask("jobs", "prepare", "--matte", small_character)
    with pytest.raises(InvalidRequestError, match="There is no character"):
        ask("jobs", "create", *given[2:])


@pytest.mark.parametrize(
    "ways", [(), ("--driving", "a.mp4", "--template", "t"), ("--scene", "a.png")]
)
def test_what_drives_the_character_is_clear(
    ask: Ask, small_character: Path, ways: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidRequestError, match="give one of"):
        ask("jobs", "create", "--character", small_character, *ways)


def test_assets(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "walk.bvh"
    file.write_bytes(b"HIERARCHY" * 50_000)
    sha256, name = ask("assets", "put", file).stdout.split()
    assert name == str(file)
    assert re.search(rf"{sha256}  450 kB +until .*walk.bvh", ask("assets", "list").stdout)
    assert json.loads(ask("assets", "show", sha256, "--json").stdout)["complete"] is True
    assert ask("assets", "rm", sha256).exit_code == 0
    with pytest.raises(NotFoundError):
        ask("assets", "show", sha256)


def test_what_operators_ask(ask: Ask) -> None:
    assert "takes work" in ask("server", "health").stdout
    assert "1 at work at once" in ask("server", "info").stdout
    assert json.loads(ask("server", "info", "--json").stdout)["version"]
    assert "0 streams open, 0 jobs at work, 0 waiting" in ask("server", "streams").stdout


def test_only_operators_end_a_server(
    runner: ThreadRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{digest('one')} studio\n{digest('two')} operator admin\n")
    with LocalServer(runner, ServerOptions(tokens=tokens, drain_s=3)) as server:
        monkeypatch.setenv("MIMO_SERVER", server.address)

        def drain() -> str:
            return CliRunner().invoke(mimo, ["server", "drain"], catch_exceptions=False).stdout

        monkeypatch.setenv("MIMO_TOKEN", "one")
        with pytest.raises(ForbiddenError, match="role admin"):
            drain()
        monkeypatch.setenv("MIMO_TOKEN", "two")
        assert "has 3 s" in drain()
        while CliRunner().invoke(mimo, ["server", "health"]).exit_code == 0:
            pass  # it ends without being asked by anybody else
        unreachable = CliRunner().invoke(mimo, ["server", "health"])
        assert isinstance(unreachable.exception, ServerUnreachableError)


def test_pictures_are_not_asked_for_as_a_video(
    ask: Ask, given: tuple[Any, ...], tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequestError, match="name a folder, or leave --lossless out"):
        ask("jobs", "create", *given, "--lossless", "-o", tmp_path / "one.mp4")
    with pytest.raises(InvalidRequestError, match="of a kind that is not written"):
        ask("jobs", "download", "video_0", "-o", tmp_path / "one.gif")
    assert ask("jobs", "list").exit_code == 0
