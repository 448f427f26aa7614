"""`mimo serve --config FILE`: every option can be in it, and an error names its line."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mimo_runtime.cli.main import mimo
from mimo_runtime.cli.serve import serve
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.serving.processes import free_address, serving

# What ends `mimo serve` before it would load anything, and so shows that all before it was taken.
STOP = "insecure = false\nlisten = '0.0.0.0:1'\n"


def error_of(folder: Path, text: str, *arguments: Any) -> str:
    """What `mimo serve` says of a configuration."""
    file = folder / "mimo.toml"
    file.write_text(text)
    command = ["serve", "--config", str(file), *map(str, arguments)]
    outcome = CliRunner().invoke(mimo, command)
    assert isinstance(outcome.exception, InvalidRequestError), outcome.output
    return str(outcome.exception).replace(str(file), "FILE")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\n\nmax_jobz = 3\n", "FILE, line 3: there is no option 'max_jobz'; 'mimo serve"),
        ("sessions = 'two'\n", "FILE, line 1: sessions: 'two' is not a valid integer; give"),
        ("# all\nsessions = 1.5\n", "FILE, line 2: sessions takes a whole number; give one."),
        ("sessions = [1]\n", "FILE, line 1: sessions takes one text or number"),
        ("insecure = 'no'\n", "FILE, line 1: insecure takes true or false"),
        ("sessions = true\n", "FILE, line 1: sessions takes one text or number"),
        ("[limits]\nmax-frames = 1\n", "FILE, line 1: there is no option 'limits'"),
        ("shape = 'wide'\n", "FILE, line 1: "),
        ("sessions = 2\nsessions = 3\n", "FILE is no TOML: Cannot overwrite a value"),
        ("listen = 127.0.0.1:1\n", "at line 1, column "),
        ("bundle = 'B'\n\nidle-timeout-s = 0\n", "FILE, line 3: idle_timeout_s is 0"),
        ("bundle = 'B'\nmax_jobs = 0\n", "FILE, line 2: max_jobs is 0"),
    ],
)
def test_an_error_is_a_sentence_with_its_line(
    tmp_path: Path, small_bundle: Path, text: str, sentence: str
) -> None:
    assert sentence in error_of(tmp_path, text.replace("'B'", f"'{small_bundle}'"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(mimo, ["serve", "--config", str(tmp_path / "none.toml")])
    assert isinstance(outcome.exception, InvalidRequestError)
    assert "cannot be read" in str(outcome.exception)


def test_every_option_can_be_in_it(tmp_path: Path, small_bundle: Path) -> None:
    """Each by a value that it takes; the last line is what ends the command."""
    values = {"bundle": f"'{small_bundle}'", "engine": "'auto'", "label": "'made up'"}
    lines = []
    for option in serve.params:
        name = str(option.name)
        if name in ("config", "listen", "insecure", "shape") or name.startswith("tls_"):
            continue
        if isinstance(option, click.Option) and option.is_flag:
            value = "false" if name == "unsigned" else "true"  # which other lines speak against
        elif name in values:
            value = values[name]
        else:
            value = {"integer": "7", "integer range": "7", "float": "7.5"}.get(
                option.type.name, f"'{tmp_path}/x'"
            )
        lines.append(f"{name.replace('_', '-')} = {value}\n")
    assert len(lines) > 45
    assert "0.0.0.0:1" in error_of(tmp_path, STOP + "".join(lines))


def test_the_command_line_goes_first(tmp_path: Path, small_bundle: Path) -> None:
    address = free_address()
    file = tmp_path / "mimo.toml"
    file.write_text(f"bundle = '{small_bundle}'\nlisten = '0.0.0.0:1'\nmax-streams = 3\n")
    with serving("--config", file, "--listen", address) as process:
        assert process.poll() is None
