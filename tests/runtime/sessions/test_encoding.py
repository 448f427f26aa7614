import io
from fractions import Fraction

import av
import numpy as np
import pytest

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.sessions.encoding import EncodedFrames, encoder_for
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame
from mimo_runtime.wire.kinds import OutputKind

COUNT = 7
OUTPUT = OutputFormat(width_px=48, height_px=32, rate_fps=Fraction(25), frame_count=COUNT)


@pytest.fixture
def frames() -> list[OutputFrame]:
    pixels = np.random.default_rng(0).integers(0, 255, (COUNT, 32, 48, 3), np.uint8)
    return [OutputFrame(index, index / 25, rgb) for index, rgb in enumerate(pixels)]


def pieces_of(kind: OutputKind, frames: list[OutputFrame]) -> list[EncodedFrames]:
    encoder = encoder_for(kind, OUTPUT)
    pieces = [piece for frame in frames for piece in encoder.add(frame)]
    return pieces + list(encoder.finish())


def test_pictures_hold_the_very_pixels(frames: list[OutputFrame]) -> None:
    pieces = pieces_of(OutputKind.LOSSLESS, frames)
    assert [(p.first_frame, p.timestamps_s) for p in pieces] == [
        (frame.index, (frame.timestamp_s,)) for frame in frames
    ]
    for piece, frame in zip(pieces, frames, strict=True):
        np.testing.assert_array_equal(read_picture(piece.data, "frame", MediaLimits()), frame.rgb)


def test_each_piece_of_a_video_names_the_frames_it_completes(frames: list[OutputFrame]) -> None:
    pieces = pieces_of(OutputKind.VIDEO, frames)
    assert [time_s for p in pieces for time_s in p.timestamps_s] == [f.timestamp_s for f in frames]
    received, completed = b"", 0
    for piece in pieces:
        assert piece.first_frame == completed
        received += piece.data
        completed += len(piece.timestamps_s)
        assert decodable(received) >= completed
    assert completed == COUNT


def decodable(data: bytes) -> int:
    """How many frames the beginning of a video holds."""
    with av.open(io.BytesIO(data), "r") as file:
        return len(list(file.decode(video=0))) if file.streams.video else 0
