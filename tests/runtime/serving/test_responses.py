from mimo_runtime.serving.options import MAX_MESSAGE_BYTES
from mimo_runtime.serving.responses import responses
from mimo_runtime.sessions.encoding import EncodedFrames


def test_frames_of_many_bytes_take_several_messages() -> None:
    data = bytes(range(256)) * 40_000
    messages = responses(EncodedFrames(3, (0.1, 0.2), data))
    assert b"".join(message.frames.data for message in messages) == data
    assert all(message.ByteSize() < MAX_MESSAGE_BYTES for message in messages)
    assert [message.frames.continued for message in messages] == [True] * 9 + [False]
    assert {message.frames.first_frame for message in messages} == {3}
    assert list(messages[0].frames.timestamps_s) == [0.1, 0.2]


def test_frames_of_few_bytes_take_one_message() -> None:
    (message,) = responses(EncodedFrames(0, (0.0,), b"png"))
    assert (message.frames.data, message.frames.continued) == (b"png", False)
