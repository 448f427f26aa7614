import shutil
from pathlib import Path

import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.sink import keep_movie, open_sink


def test_the_manifest_of_a_movie_in_fragments_lies_beside_it(tmp_path: Path) -> None:
    movie, beside = tmp_path / "out.mp4", tmp_path / "out.c2pa"
    for finish, left in ((keep_movie, b"signed"), (shutil.copyfile, None)):
        with open_sink(movie, finish) as sink:
            sink.append(pb.FrameChunk(data=b"a movie"))
            sink.manifest = b"signed"
        assert movie.read_bytes() == b"a movie"
        assert (beside.read_bytes() if beside.exists() else None) == left


def test_a_picture_in_several_pieces_is_one_file(tmp_path: Path) -> None:
    with open_sink(tmp_path / "frames", keep_movie) as sink:
        sink.append(pb.FrameChunk(first_frame=0, data=b"first"))
        sink.append(pb.FrameChunk(first_frame=1, data=b"sec", continued=True))
        sink.append(pb.FrameChunk(first_frame=1, data=b"ond"))
    files = {path.name: path.read_bytes() for path in (tmp_path / "frames").iterdir()}
    assert files == {"frame_000000.png": b"first", "frame_000001.png": b"second"}


@pytest.mark.parametrize("name", ["frames", "video.mp4"])
def test_what_fails_leaves_nothing(tmp_path: Path, name: str) -> None:
    def fail() -> None:
        with open_sink(tmp_path / name, keep_movie) as sink:
            sink.append(pb.FrameChunk(data=b"begun"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not list(tmp_path.iterdir())
