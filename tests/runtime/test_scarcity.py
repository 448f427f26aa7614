import errno

import pytest

from mimo_runtime.scarcity import resource_error


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (MemoryError(), "memory"),
        (OSError(errno.EMFILE, "Too many open files"), "open files"),
        (OSError(errno.ENOSPC, "No space left on device"), "inodes"),
        (RuntimeError("can't start new thread"), "memory"),
        (RuntimeError("Non-zero status code; Status Message: std::bad_alloc"), "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "memory"),
    ],
)
def test_what_is_short_is_named(error: BaseException, word: str) -> None:
    found = resource_error(error)
    assert found is not None
    assert word in str(found)


@pytest.mark.parametrize(
    "error", [ValueError("bad"), OSError(errno.ENOENT, "No such file"), OSError()]
)
def test_other_errors_are_not_for_want_of_anything(error: BaseException) -> None:
    assert resource_error(error) is None
