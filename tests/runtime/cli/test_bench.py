"""`mimo bench latency` and `throughput` against a real server."""

import json
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import jsonschema
from click.testing import CliRunner, Result

from mimo_runtime.cli.main import mimo
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.errors import BusyError
from tests.runtime.runner.live import settings


def run(arguments: list[str]) -> Result:
    return CliRunner().invoke(mimo, arguments, catch_exceptions=False)


def bench(options: list[str], *asked: str) -> dict[str, Any]:
    """The report of a command, which has the schema that is published."""
    ended = run(["bench", asked[0], *options, *asked[1:]])
    assert ended.exit_code == 0, ended.output
    folder = Path(asked[-1])
    values: dict[str, Any] = json.loads((folder / "report.json").read_text())
    schema = json.loads(run(["bench", "schema", asked[0]]).stdout)
    jsonschema.validate(values, schema)
    assert values["schema"] == schema["properties"]["schema"]["const"]
    assert "<svg" in (folder / "report.html").read_text()
    return values


def test_a_report(live_options: list[str], tmp_path: Path) -> None:
    target = str(tmp_path / "report")
    found = bench(live_options, "latency", "--streams", "2", "--seconds", "2", "-o", target)
    figures = found["figures"]
    counts = [figures[name] for name in ("streams", "sent", "frames", "dropped")]
    assert counts == [2, 4, 4, 0]
    assert figures["first_frame_ms"]["count"] == 2
    assert 0 < figures["motion_to_photon_ms"]["p50"] <= figures["motion_to_photon_ms"]["max"]
    assert [len(each) for each in found["samples_ms"]["motion_to_photon"]] == [2, 2]
    compared = run(["bench", "compare", target, target])
    assert compared.exit_code == 0, compared.output
    assert compared.stdout.count("no sure difference") == 4


def test_rows_of_more_and_more_streams(live_options: list[str], tmp_path: Path) -> None:
    target = str(tmp_path / "report")
    asked = ["--streams", "1", "--streams", "2", "--seconds", "2", "-o", target]
    one, two = bench(live_options, "throughput", *asked)["rows"]
    assert [(row["streams"], row["refused"]) for row in (one, two)] == [(1, 0), (2, 0)]
    assert one["frames_per_s"] == one["frames_per_s_each"] > 0
    assert two["frames_per_s"] == 2 * two["frames_per_s_each"] > 0


def test_streams_that_are_refused_are_counted(live_options: list[str], tmp_path: Path) -> None:
    """As many are open as the server takes."""
    given = dict(zip(live_options[::2], live_options[1::2], strict=True))
    pictures = LivePictures(Path(given["--character"]), Path(given["--scene"]))
    target = str(tmp_path / "report")
    with ExitStack() as stack:
        with suppress(BusyError):
            for _ in range(100):
                stack.enter_context(open_live(given["--server"], pictures, settings()))
        (row,) = bench(live_options, "throughput", "--streams", "3", "-o", target)["rows"]
    assert (row["streams"], row["refused"]) == (0, 3)
    assert row["frames_per_s"] is None
