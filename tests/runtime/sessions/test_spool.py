from collections.abc import Iterator
from pathlib import Path

import pytest

from mimo_runtime.errors import (
    InvalidRequestError,
    LimitExceededError,
    ProtocolError,
    ResourceError,
)
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.wire.kinds import FEATHER_MODES, InputKind

LIMITS = InputLimits(
    max_picture_bytes=100,
    max_config_bytes=10,
    max_total_bytes=250,
    media=MediaLimits(max_file_bytes=200),
)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(LIMITS, parent=tmp_path)
    yield spool
    spool.close()
    assert not list(tmp_path.iterdir())


def test_slices_become_files(spool: Spool) -> None:
    spool.append(InputKind.SOURCE, "", b"ab", last=False)
    spool.append(InputKind.CHARACTER, "", b"picture", last=True)
    spool.append(InputKind.SOURCE, "", b"cd", last=True)
    spool.append(InputKind.TEMPLATE_CONFIG, "", b"{}", last=True)
    spool.append(InputKind.FEATHER_MASK, FEATHER_MODES[0], b"mask", last=True)
    spool.finish()
    character = spool.file(InputKind.CHARACTER)
    assert character is not None
    assert character.read_bytes() == b"picture"
    assert spool.file(InputKind.MATTE) is None
    masks = {mode: path.read_bytes() for mode, path in spool.feather_masks().items()}
    assert masks == {FEATHER_MODES[0]: b"mask"}
    files = {
        path.name: path.read_bytes() for path in spool.template_folder.iterdir() if path.is_file()
    }
    assert files == {"vid.mp4": b"abcd", "config.json": b"{}"}


@pytest.mark.parametrize(
    ("kind", "size_bytes", "called"),
    [
        (InputKind.CHARACTER, 101, "'character'"),
        (InputKind.MOTION, 201, "'sdc'"),
        (InputKind.TEMPLATE_CONFIG, 11, "'config.json'"),
    ],
)
def test_an_input_of_too_many_bytes_is_refused_at_the_slice_that_is_too_much(
    spool: Spool, kind: InputKind, size_bytes: int, called: str
) -> None:
    for _ in range(size_bytes - 1):
        spool.append(kind, "", b"x", last=False)
    with pytest.raises(LimitExceededError, match=called):
        spool.append(kind, "", b"x", last=False)


def test_all_inputs_together_are_bounded(spool: Spool) -> None:
    spool.append(InputKind.SOURCE, "", bytes(200), last=True)
    with pytest.raises(LimitExceededError, match="together"):
        spool.append(InputKind.MOTION, "", bytes(51), last=True)


def test_an_input_that_does_not_end_is_named(spool: Spool) -> None:
    spool.append(InputKind.SCENE, "", b"abc", last=False)
    with pytest.raises(ProtocolError, match="'bk' was cut off: its 3 bytes"):
        spool.finish()


def test_an_input_ends_once(spool: Spool) -> None:
    spool.append(InputKind.SCENE, "", b"", last=True)
    with pytest.raises(ProtocolError, match="sent again"):
        spool.append(InputKind.SCENE, "", b"more", last=True)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "pad_9"])
def test_feather_masks_have_known_names(spool: Spool, name: str) -> None:
    with pytest.raises(InvalidRequestError, match="no feather mask"):
        spool.append(InputKind.FEATHER_MASK, name, b"", last=True)


def test_other_inputs_have_no_name(spool: Spool) -> None:
    with pytest.raises(InvalidRequestError, match="'vid' has none"):
        spool.append(InputKind.SOURCE, "name", b"", last=True)


def test_announced_inputs_are_there_when_all_have_ended(spool: Spool) -> None:
    announced = {InputKind.SCENE, InputKind.FEATHER_MASK}
    spool.append(InputKind.SCENE, "", b"abc", last=True)
    assert spool.has({InputKind.SCENE})
    for mode in FEATHER_MODES:
        assert not spool.has(announced)
        spool.append(InputKind.FEATHER_MASK, mode, b"", last=True)
    assert spool.has(announced)


def test_a_disk_without_room_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="try again later"):
        Spool(LIMITS, parent=tmp_path / "gone")
    spool = Spool(LIMITS, parent=tmp_path)
    spool.close()
    with pytest.raises(ResourceError, match=r"^The input 'vid' cannot be stored"):
        spool.append(InputKind.SOURCE, "", b"x", last=True)
