import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.wire.address import is_loopback, join_address, split_address


@pytest.mark.parametrize("text", ["127.0.0.1:0", "localhost:50051", "[::1]:80"])
def test_an_address_is_read_and_written(text: str) -> None:
    assert join_address(*split_address(text)) == text


@pytest.mark.parametrize("text", ["", "127.0.0.1", ":80", "host:http", "host:70000", "host:-1"])
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"127\.0\.0\.1:50051"):
        split_address(text)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("example.org", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
