import pytest


@pytest.fixture(autouse=True)
def without_gradients() -> None:
    """Training needs them, unlike every other test of this room."""
