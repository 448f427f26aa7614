from pathlib import Path

import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.inputs import SLICE_BYTES, InputFile, Inputs


@pytest.mark.parametrize("size_bytes", [0, 1, SLICE_BYTES, SLICE_BYTES * 2 + 7])
def test_a_file_is_cut_into_slices_and_ended_once(tmp_path: Path, size_bytes: int) -> None:
    path = tmp_path / "file"
    data = bytes(range(256)) * (size_bytes // 256 + 1)
    path.write_bytes(data[:size_bytes])
    chunks = list(InputFile(path, pb.INPUT_SCENE).chunks())
    assert b"".join(chunk.data for chunk in chunks) == data[:size_bytes]
    assert max(len(chunk.data) for chunk in chunks) <= SLICE_BYTES
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


def test_a_template_is_found_by_stems_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    for name in ("vid.webm", "sdc.mp4", "bk.mkv", "mask.mp4", "notes.txt", "config.json"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "alpha2_up.png").write_bytes(b"x")
    character = tmp_path / "notes.txt"
    found = Inputs(character, tmp_path, matte=character, feather_masks=tmp_path).files()
    assert [(file.path.name, file.input, file.name) for file in found] == [
        ("notes.txt", pb.INPUT_CHARACTER, ""),
        ("notes.txt", pb.INPUT_MATTE, ""),
        ("bk.mkv", pb.INPUT_SCENE, ""),
        ("sdc.mp4", pb.INPUT_MOTION, ""),
        ("vid.webm", pb.INPUT_SOURCE, ""),
        ("config.json", pb.INPUT_TEMPLATE_CONFIG, ""),
        ("alpha2_up.png", pb.INPUT_FEATHER_MASK, "up"),
    ]
