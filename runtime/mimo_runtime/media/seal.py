"""What a finished file or picture is given last, before it has its name: a signature."""

from pathlib import Path
from typing import Protocol


class Seal(Protocol):
    """Signs what one render has made."""

    def file(self, path: Path, media_type: str = "video/mp4") -> None:
        """Sign a video file in its place. Raises MimoError, OSError."""

    def manifest(self, path: Path, media_type: str = "video/mp4") -> bytes:
        """What signs a video file and lies beside it. Raises MimoError, OSError."""

    def picture(self, png: bytes) -> bytes:
        """The same PNG file, signed. Raises MimoError."""
