"""The other end goes with something unread: what it sent before still arrives, then the end."""

import pytest

from mimo_runtime.media.channel import Channel, ChannelClosedError, channel_pair


@pytest.fixture
def pair() -> tuple[Channel, Channel]:
    """Two ends, the first of which has said something and leaves without having listened."""
    leaves, stays = channel_pair()
    leaves.send({"said": 1})
    stays.send({"never": "heard"})
    leaves.close()
    return leaves, stays


def test_a_message(pair: tuple[Channel, Channel]) -> None:
    _, stays = pair
    assert stays.receive() == {"said": 1}
    with pytest.raises(ChannelClosedError):
        stays.receive()


def test_a_message_with_descriptors(pair: tuple[Channel, Channel]) -> None:
    _, stays = pair
    assert stays.receive_descriptors() == ({"said": 1}, [])
    with pytest.raises(ChannelClosedError):
        stays.receive_descriptors()
