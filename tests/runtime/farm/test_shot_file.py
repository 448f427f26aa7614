"""Shot files: what is read, one sentence an error with its line, and a schema that agrees."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.farm.shot_file import SEGMENT_FRAMES, read_shot
from mimo_runtime.farm.shot_schema import shot_schema

SCHEMA = Path(__file__).parents[3] / "docs" / "shot.schema.json"
LEAST = """\
shot: 1
bundle: bundles/mimo
character: me
template: /templates/walk
output: renders/010
"""
FULL = """\
# A shot of everything.
shot: 1
bundle: ${MIMO_BUNDLES}/mimo
shape: 784x784x24
character: $MIMO_BUNDLES/me.png
matte: me.matte.png
feather_masks: masks
driving: plates/dance.mov
engine: onnxruntime
threads: 2
first_frame: 1001
segment_frames: 48
overlap: 2
output: renders/010
result: renders/010.final
picture_format: exr
layers: true
frame_range: 1009-1032
timecode: "01:00:00:00"
sound: music.wav
colour: {ocio: studio.ocio, space: ACEScg, plate: plates/010.####.exr, plate_space: camera}
settings: {steps: 25, guidance: 3.5, seed: 7, mode: corrected, framing: person}
decompose:
  person: 2
  tiles: 4
  models: models.json
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MIMO_BUNDLES", "/shared/bundles")
    monkeypatch.delenv("MIMO_UNSET", raising=False)
    path = tmp_path / "shot.yaml"

    def write(text: str | bytes) -> Path:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_least_that_is_enough(written) -> None:
    path = written(LEAST)
    shot = read_shot(path)
    assert shot.options == {
        "bundle": path.parent / "bundles/mimo",
        "character": path.parent / "me",
        "template": Path("/templates/walk"),
    }
    assert shot.output == path.parent / "renders/010"
    assert shot.result == path.parent / "renders/010.mp4"
    assert shot.segment_frames == SEGMENT_FRAMES


def test_everything(written) -> None:
    path = written(FULL)
    shot = read_shot(path)
    assert shot.options["bundle"] == Path("/shared/bundles/mimo")
    assert shot.options["character"] == Path("/shared/bundles/me.png")
    assert shot.options["models"] == path.parent / "models.json"
    assert (shot.options["guidance"], shot.options["tiles"]) == (3.5, 4)
    assert (shot.segment_frames, shot.result.name) == (48, "010.final")
    assert shot.options["picture_format"] == "exr"
    assert shot.options["layers"] is True
    assert (shot.options["frame_range"], shot.options["timecode"]) == ("1009-1032", "01:00:00:00")
    assert shot.options["sound"] == path.parent / "music.wav"
    assert (shot.options["space"], shot.options["plate_space"]) == ("ACEScg", "camera")
    assert shot.options["plate"] == path.parent / "plates/010.####.exr"
    assert not {"settings", "decompose", "output", "shot"} & set(shot.options)


WRONG = [
    (LEAST.replace("shot: 1", "shot: 2"), 1, "shot is 2; give one of 1"),
    (LEAST + "color: ACEScg\n", 6, "there is no 'color'; give one of shot, bundle"),
    (LEAST + "colour: ACEScg\n", 6, "'colour' holds values of its own; put them below it"),
    (LEAST + "layers: yes please\n", 6, "layers is 'yes please'; give true or false"),
    (LEAST + "alpha: 1\n", 6, "alpha is 1, a number to YAML; quote it"),
    (LEAST + "bundle: other\n", 6, "'bundle' stands here again; leave one out"),
    (LEAST + "threads: many\n", 6, "threads is 'many'; give one integer"),
    (LEAST + "threads: -1\n", 6, "threads is -1; give 0 or more"),
    (LEAST + "threads: true\n", 6, "threads is True; give one integer"),
    (LEAST + "settings: {steps: 0}\n", 6, "steps is 0; give 1 to 1000"),
    (LEAST + "settings:\n  mode: new\n", 7, "mode is 'new'; give one of official, corrected"),
    (LEAST + "settings: 5\n", 6, "'settings' holds values of its own; put them below it"),
    (LEAST + "settings: {seed: [1, 2]}\n", 6, "seed is no single value; give one integer"),
    (
        LEAST + "picture_format: jpeg\n",
        6,
        "picture_format is 'jpeg'; give one of png, png16, tiff16",
    ),
    (LEAST + "matte: [5]\n", 6, "matte is no single value; give one path"),
    (LEAST + "result: 010\n", 6, "result is 010, a number to YAML; quote it"),
    (LEAST + "driving: d.mp4\n", 1, "give exactly one of template, driving, or motion with scene"),
    (LEAST.replace("template", "motion"), 1, "motion and scene belong together; give both"),
    (LEAST.replace("output: renders/010\n", ""), 1, "'output' is missing; add it"),
    ("- a\n- b\n", 1, "a shot is a mapping; begin with 'shot: 1'"),
    ("", 1, "a shot is a mapping; begin with 'shot: 1'"),
]
UNREADABLE = [
    (LEAST + "first_frame: !!int x\n", 6, "first_frame cannot be read as it stands; quote it"),
    (LEAST + "picture_format: exr\n", 1, "picture_format is exr, and the result a video; name a"),
    (LEAST + "matte: $MIMO_UNSET/a\n", 6, "the variable MIMO_UNSET is not set; set it or"),
    (LEAST + "x: [\n", 7, "this is no YAML: "),
    (b"shot: \xff\n", 1, "the file is no text in UTF-8; write it anew"),
    ("a: \x00\n", 1, "this is no YAML: "),
]


@pytest.mark.parametrize(("text", "line", "sentence"), WRONG + UNREADABLE)
def test_what_is_wrong_is_one_sentence_with_its_line(written, text, line, sentence) -> None:
    path = written(text)
    with pytest.raises(InvalidRequestError) as raised:
        read_shot(path)
    told = str(raised.value)
    assert told.startswith(f"{path}, line {line}: {sentence}")
    assert told.endswith(".")


def test_a_timecode_needs_no_quotes(written) -> None:
    """Though YAML 1.1 reads it as a number to the base of 60."""
    assert read_shot(written(LEAST + "timecode: 10:00:00:00\n")).options["timecode"] == (
        "10:00:00:00"
    )


def test_a_file_that_is_not_there_or_is_no_shot(written, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="Cannot read"):
        read_shot(tmp_path / "none.yaml")
    with pytest.raises(InvalidRequestError, match="bytes and is no shot file; give one"):
        read_shot(written("#" * (2 << 20)))


def values(text: str) -> Any:
    return yaml.safe_load(text)


def test_the_schema_takes_what_is_read(written) -> None:
    checker = jsonschema.Draft202012Validator(shot_schema())
    checker.check_schema(shot_schema())
    for text in (LEAST, FULL):
        read_shot(written(text))
        checker.validate(values(text))


@pytest.mark.parametrize("text", [text for text, _, sentence in WRONG if "again" not in sentence])
def test_the_schema_refuses_what_is_refused(text: str) -> None:
    checker = jsonschema.Draft202012Validator(shot_schema())
    assert not checker.is_valid(values(text))


def test_the_published_schema_is_the_present_one() -> None:
    assert json.loads(SCHEMA.read_bytes()) == shot_schema()
