"""The driver in software, built by the system's C compiler, and its doors for tests."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

Body = Callable[[tuple[int, int, int], list[int]], None]
_KERNEL = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_uint32), ctypes.POINTER(ctypes.c_uint64))
_SOURCE = Path(__file__).with_name("driver.c")
NAME = "libcuda.so.1"


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc")


def build(folder: Path) -> None:
    """Compile the driver into `folder`; a process that has it in LD_LIBRARY_PATH takes it."""
    command = [compiler(), "-O1", "-Wall", "-Werror", "-shared", "-fPIC", f"-Wl,-soname,{NAME}"]
    subprocess.run([*map(str, command), str(_SOURCE), "-o", str(folder / NAME)], check=True)


class SoftDriver:
    """The library that cuda-python has loaded in this process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(NAME)
        self._library.soft_used_bytes.restype = ctypes.c_size_t
        self._kept: list[Any] = []

    def register(self, name: str, pointers: int, body: Body) -> None:
        """Make `body` the kernel called `name`."""
        self._library.soft_register(name.encode(), self._callable(pointers, body), pointers)

    def enqueue(self, body: Callable[[], None]) -> None:
        """Ask the stream for `body`: it runs now, or when a capture is replayed."""
        called = self._callable(1, lambda _grid, _pointers: body())
        self._library.soft_enqueue(called, ctypes.c_uint64(0))

    def used_bytes(self) -> int:
        return int(self._library.soft_used_bytes())

    def set_total_bytes(self, size_bytes: int) -> None:
        self._library.soft_set_total_bytes(ctypes.c_size_t(size_bytes))

    def _callable(self, pointers: int, body: Body) -> Any:
        def called(grid: Any, addresses: Any) -> None:
            body((grid[0], grid[1], grid[2]), [addresses[i] for i in range(pointers)])

        self._kept.append(_KERNEL(called))
        return self._kept[-1]
