"""Messages survive the way over the wire; errors keep their class."""

import json
from pathlib import Path

import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.runner import messages
from mimo_runtime.runner.runner import StreamRequest
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.wire.settings import FramingPolicy, Mode, Settings

REQUEST = StreamRequest(
    InputFiles(Path("a/c.png"), Path("a/t"), Path("a/m.png"), {"left": Path("a/l.png")}),
    Settings(steps=3, seed=2**64 - 1, mode=Mode.CORRECTED, framing=FramingPolicy.WHOLE),
    MediaLimits(max_frames=7),
)


@pytest.mark.parametrize(
    "message",
    [
        messages.StartEngine("bundle", "auto", 2),
        messages.OpenStream(1, messages.request_to_wire(REQUEST), None),
        messages.Ping(),
        messages.Pong(1.5),
        messages.StreamOpened(1, 64, 48, 30000, 1001, 9),
        messages.StreamProgressed(1, "boxes", 2, 3),
        messages.FrameReady(1, 4, 0.5),
        messages.StreamEnded(1, "MediaError", "It is torn."),
    ],
)
def test_there_and_back(message: messages.Message) -> None:
    assert messages.from_wire(json.loads(json.dumps(messages.to_wire(message)))) == message


def test_every_message_has_a_kind() -> None:
    kinds = {kind.__name__ for kind in messages.Message.__args__}
    assert kinds == set(messages._KINDS)


@pytest.mark.parametrize("matte", [None, Path("m.png")])
def test_a_request_there_and_back(matte: Path | None) -> None:
    request = StreamRequest(InputFiles(Path("c"), Path("t"), matte), Settings(), MediaLimits())
    for each in (request, REQUEST):
        wire = json.loads(json.dumps(messages.request_to_wire(each)))
        assert messages.request_from_wire(wire) == each


def test_errors_keep_their_class_and_others_stay_unexpected() -> None:
    error = messages.error_from("MediaError", "It is torn.")
    assert (type(error), str(error)) == (MediaError, "It is torn.")
    for kind in ("ZeroDivisionError", "ClassVar", ""):
        assert type(messages.error_from(kind, "secret")) is RuntimeError
