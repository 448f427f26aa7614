"""Identities that were made before, so that a character is read once however often it is used."""

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.wire.settings import Mode

BUDGET_BYTES = 256 << 20


class IdentityCache:
    """The identities of one bundle that were used last, as many as fit into `budget_bytes`.

    Streams share it, from any thread. One that is larger than the budget is made and not kept.
    """

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self._budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Identity] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """Bytes of all that is kept."""
        with self._lock:
            return sum(map(identity_bytes, self._kept.values()))

    def get(self, key: str, make: Callable[[], Identity]) -> Identity:
        """The identity of `key` (`identity_key`), made now if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        identity = make()
        with self._lock:
            self._kept[key] = identity
            while sum(map(identity_bytes, self._kept.values())) > self._budget_bytes:
                self._kept.popitem(last=False)
        return identity


def identity_key(
    character: NDArray[np.uint8],
    mode: Mode,
    bundle_digest: str,
    planes: NDArray[np.float32] | None = None,
) -> str:
    """SHA-256 of what an identity depends on.

    `character` is prepared, uint8 [side, side, 3]; `planes` as for `identity_from_character`.
    """
    digest = hashlib.sha256(f"{bundle_digest} {mode} {character.shape}".encode())
    digest.update(np.ascontiguousarray(character).data)
    if planes is not None:
        digest.update(np.ascontiguousarray(planes).data)
    return digest.hexdigest()


def identity_bytes(identity: Identity) -> int:
    """Bytes of its tensors."""
    return sum(math.prod(t.shape) * t.dtype.itemsize for t in identity.values())
