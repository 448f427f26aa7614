"""A character folder, and where a picture may be one."""

import json
from dataclasses import replace

import pytest

from mimo_runtime.characters.folder import (
    PICTURE,
    RECORD,
    CharacterRecord,
    picture_of,
    read_character_record,
    write_character_record,
)  # fmt: skip
from mimo_runtime.errors import MediaError
from mimo_runtime.fitting.proportions import Proportions

RECORDED = CharacterRecord(
    source="me.jpg",
    sha256="ab" * 32,
    size_px=768,
    models={"body": "pose.onnx"},
    warnings=(("half_body", "The knees are out of the picture."),),
    guesses=("The person is taken to be 1.70 m tall.",),
    body="mimo-body-1",
    shape={"male": 0.8},
    proportions=Proportions(size=1.1, shin=0.9),
    overlap=0.9,
    surface={"seen": 0.4, "mirrored": 0.1, "guessed": 0.5},
)


def test_a_record_comes_back(tmp_path):
    write_character_record(tmp_path, RECORDED)
    assert read_character_record(tmp_path) == RECORDED


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("version", 2, "version 1"), ("body", 3, "damaged"), ("surface", None, "damaged")],
)
def test_a_strange_record_is_refused(tmp_path, key, value, said):
    write_character_record(tmp_path, RECORDED)
    content = json.loads((tmp_path / RECORD).read_text()) | {key: value}
    (tmp_path / RECORD).write_text(json.dumps(content))
    with pytest.raises(MediaError, match=said):
        read_character_record(tmp_path)


def test_a_picture_is_its_own_picture_and_a_folder_has_one(tmp_path):
    assert picture_of(tmp_path / "me.png") == tmp_path / "me.png"
    write_character_record(tmp_path, replace(RECORDED, source="x"))
    (tmp_path / PICTURE).write_bytes(b"")
    assert picture_of(tmp_path) == tmp_path / PICTURE


def test_another_folder_is_no_character(tmp_path):
    with pytest.raises(MediaError, match="holds no prepared character"):
        picture_of(tmp_path)
