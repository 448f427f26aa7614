"""`mimo serve`: every limit is an option, and the page that lists them is true."""

import re
import signal
import subprocess
import time
from dataclasses import fields
from pathlib import Path

import click
import psutil
import pytest
from click.testing import CliRunner

from mimo_runtime.cli.serve import serve
from mimo_runtime.cli.server_limits import INPUTS, JOBS, MEDIA, STREAMS, defaults, limits_from
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.jobs.limits import JobLimits
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.sessions.inputs import InputLimits
from tests.runtime.serving.processes import environment, mimo

PAGE = Path(__file__).parents[3] / "docs" / "serving.md"


def test_the_page_lists_every_option_with_its_default_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(--[a-z-]+)` \| (.+?) \| (.+) \|$", PAGE.read_text(), re.M)
    texts = {**STREAMS, **JOBS, **INPUTS, **MEDIA}
    limits = {
        f"--{name.replace('_', '-')}": (f"{value:.12g}", texts[name])
        for name, value in defaults().items()
    }
    others = {
        option.opts[0]: (_default(option), str(option.help))
        for option in serve.params
        if isinstance(option, click.Option) and option.name not in {*texts, "config"}
    }
    assert {name: (default, text) for name, default, text in rows} == others | limits
    assert len(rows) == len(others) + len(limits)


def _default(option: click.Option) -> str:
    """As the page has it."""
    if option.is_flag:
        return "on" if option.default is True else "off"
    if isinstance(option.show_default, str):
        return option.show_default
    given = option.default if isinstance(option.default, str | int) else ""
    return "none" if given == "" else str(given)


def test_every_number_that_bounds_a_client_is_an_option() -> None:
    elsewhere = {"max_sessions", "max_waiting", "threads"}  # options of shorter names
    for owner, names in (
        (ServerOptions, STREAMS), (JobLimits, JOBS), (InputLimits, INPUTS), (MediaLimits, MEDIA),
    ):  # fmt: skip
        numbers = {each.name for each in fields(owner) if each.type in (int, float, "int", "float")}
        assert numbers - elsewhere == set(names), owner


def test_what_is_given_arrives() -> None:
    asked = {"max_frames": 7, "max_work_px": 5.0, "drain_s": 3.0, "max_jobs": 9}
    given = dict.fromkeys(defaults()) | asked
    limits, streams = limits_from(given)
    assert (limits.media.max_frames, limits.max_work_px, streams) == (
        7, 5.0, {"drain_s": 3.0, "jobs": JobLimits(max_jobs=9)},
    )  # fmt: skip
    assert limits.media.max_width_px == MediaLimits().max_width_px
    assert not given


@pytest.mark.parametrize("option", ["--max-frames", "--min-read-bytes-per-s", "--spool-dir"])
def test_help_tells_of_them(option: str) -> None:
    assert option in CliRunner().invoke(serve, ["--help"]).output


def test_a_limit_that_cannot_be(small_bundle: Path) -> None:
    asked = ["--bundle", str(small_bundle), "--idle-timeout-s", "0"]
    outcome = CliRunner().invoke(serve, asked)
    assert isinstance(outcome.exception, InvalidRequestError)
    assert "idle_timeout_s is 0" in str(outcome.exception)


def engines_of(server: "subprocess.Popen[str]") -> set[int]:
    """The numbers of its engine processes."""
    return {each.pid for each in psutil.Process(server.pid).children()}


def test_a_server_to_which_nobody_listens_any_more(small_bundle: Path) -> None:
    """Its engine process is started again when it was killed, and the server ends as others do."""
    asked = ("--bundle", small_bundle, "--listen", "127.0.0.1:0", "--engine", "onnxruntime")
    with subprocess.Popen(
        mimo("serve", *asked), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(),
    ) as server:  # fmt: skip
        assert server.stdout is not None
        assert server.stderr is not None
        while not server.stdout.readline().startswith("Serving"):
            assert server.poll() is None
        server.stdout.close()
        (first,) = engines_of(server)
        psutil.Process(first).kill()
        give_up_at_s = time.monotonic() + 120
        while engines_of(server) <= {first} and time.monotonic() < give_up_at_s:
            time.sleep(0.05)
        assert engines_of(server) - {first}
        server.send_signal(signal.SIGTERM)
        assert (server.stderr.read(), server.wait()) == ("", 0)
