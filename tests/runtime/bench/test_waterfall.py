"""One more switch at a time, on a small bundle: what is exact is, what saves passes saves them."""

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from mimo_runtime.bench.schema import schema_text
from mimo_runtime.bench.waterfall import switches
from mimo_runtime.cli.main import mimo
from mimo_runtime.wire.settings import Mode, Settings
from tests.runtime.serving.calls import shorten


def test_each_switch_can_be_asked_for_on_top_of_the_ones_before() -> None:
    values: dict[str, object] = {}
    for switch in switches(25, 8, 3.5):
        values |= switch.changes
        Settings(**values)  # type: ignore[arg-type]
    last = Settings(**values)  # type: ignore[arg-type]
    assert (last.mode, last.steps, last.guidance) == (Mode.OFFLINE, 8, 1.0)


def test_a_waterfall(
    small_bundle: Path, small_template: Path, small_character: Path, tmp_path: Path
) -> None:
    template = shorten(small_template, tmp_path)
    asked = ["--steps", "3", "--fewer-steps", "2", "--guidance", "2", "--threads", "1"]
    given = ["--bundle", small_bundle, "--character", small_character, "--template", template]
    output = tmp_path / "report"
    arguments = ["bench", "waterfall", *map(str, given), *asked, "-o", str(output)]
    ended = CliRunner().invoke(mimo, arguments, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    values = json.loads((output / "report.json").read_text())
    jsonschema.validate(values, json.loads(schema_text("waterfall")))
    rows = {row["switch"]: row for row in values["rows"]}
    again = rows["the same again"]
    assert (again["class"], again["to_previous_db"], again["to_first_db"]) == ("exact", 100, 100)
    assert rows["no guidance"]["to_previous_db"] < 100
    assert {row["frames"] for row in rows.values()} == {again["frames"]}
    assert all(row["cpu_s_per_frame"] > 0 for row in rows.values())
    assert "<svg" in (output / "report.html").read_text()


@pytest.mark.parametrize("name", ["latency", "throughput", "waterfall"])
def test_published_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(name)))
