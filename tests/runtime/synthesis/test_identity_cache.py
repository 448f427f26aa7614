"""The cache of identities: made once, the last used stay, the budget holds."""

import numpy as np

from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.identity_cache import IdentityCache, identity_bytes, identity_key
from mimo_runtime.wire.settings import Mode


def identity(level: int) -> Identity:
    return {"key": np.full((25, 4), level, np.float32), "cross": np.zeros(25, np.float32)}


def test_it_is_made_once_and_the_least_used_goes_first() -> None:
    assert identity_bytes(identity(0)) == 500
    cache = IdentityCache(budget_bytes=1000)
    made: list[str] = []

    def get(key: str) -> Identity:
        return cache.get(key, lambda: made.append(key) or identity(len(made)))  # type: ignore[func-returns-value]

    first = get("a")
    assert get("a") is first
    get("b")
    assert get("a") is first
    get("c")  # b goes
    assert cache.size_bytes == 1000
    assert get("a") is first
    get("b")
    assert made == ["a", "b", "c", "b"]


def test_one_that_is_larger_than_the_budget_is_not_kept() -> None:
    cache = IdentityCache(budget_bytes=400)
    assert identity_bytes(cache.get("a", lambda: identity(1))) == 500
    assert cache.size_bytes == 0


def test_the_key_is_that_of_picture_mode_and_bundle() -> None:
    picture = np.zeros((16, 16, 3), np.uint8)
    other = picture.copy()
    other[3, 3, 1] = 1
    keys = {
        identity_key(picture, Mode.OFFICIAL, "bundle"),
        identity_key(other, Mode.OFFICIAL, "bundle"),
        identity_key(picture, Mode.CORRECTED, "bundle"),
        identity_key(picture, Mode.OFFICIAL, "another"),
        identity_key(picture.reshape(8, 32, 3), Mode.OFFICIAL, "bundle"),
    }
    assert len(keys) == 5
    assert identity_key(picture.copy(), Mode.OFFICIAL, "bundle") in keys
