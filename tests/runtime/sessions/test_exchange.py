"""The pictures of a change while they arrive."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from mimo_runtime.errors import ProtocolError
from mimo_runtime.sessions.exchange import PictureExchange
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.live_change import LiveChange

SCENE = frozenset({InputKind.SCENE_PICTURE})


class Running:
    """A live stream that is told of changes."""

    def __init__(self) -> None:
        self.changes: list[LiveChange] = []

    def exchange(self, change: LiveChange) -> None:
        self.changes.append(change)


def test_a_change_is_given_when_its_pictures_are_whole(tmp_path: Path) -> None:
    live: Any = Running()
    exchange = PictureExchange(InputLimits(), tmp_path)
    exchange.announce(live, LiveChange(1), SCENE)
    exchange.slice(live, InputKind.SCENE_PICTURE, b"half", False)
    assert not live.changes
    exchange.slice(live, InputKind.SCENE_PICTURE, b" and half", True)
    (change,) = live.changes
    assert change.scene.read_bytes() == b"half and half"
    exchange.answered()
    assert not list(tmp_path.iterdir())


def test_a_change_too_early_is_refused_before_a_folder_is_made(tmp_path: Path) -> None:
    """There is no place for one any more, which nobody notices."""
    live: Any = Running()
    parent = tmp_path / "spools"
    parent.mkdir()
    exchange = PictureExchange(InputLimits(), parent)
    exchange.announce(live, LiveChange(1), SCENE)
    shutil.rmtree(parent)
    with pytest.raises(ProtocolError, match="wait for that"):
        exchange.announce(live, LiveChange(2), SCENE)
    assert exchange.unanswered == LiveChange(1)
    exchange.close()
