"""docs/inputs.md says what the code does: its tables are compared with it."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from mimo_runtime.analysis.matting import picture_quality
from mimo_runtime.decomposition.clip import LIMITS, driving_rate
from mimo_runtime.media.child.stream_choice import CODECS
from mimo_runtime.media.clip import DCI, HDR_TRANSFERS, LINEAR, WIDE_GAMUTS
from mimo_runtime.media.frame_rate import ratio_of
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.matte import AlphaKind
from mimo_runtime.media.sniffing import sniff_clip, sniff_picture

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8")
SOURCE = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "runtime" / "mimo_runtime").rglob("*.py")
)
HEADS = {
    "mp4": b"\0\0\0\x18ftypisom", "matroska": b"\x1a\x45\xdf\xa3", "avi": b"RIFF\0\0\0\0AVI ",
    "mpegts": (b"\x47" + bytes(187)) * 4, "ivf": b"DKIF", "h264": b"\0\0\0\1\x67" + bytes(8),
    "hevc": b"\0\0\0\1\x40" + bytes(8),
}  # fmt: skip
PICTURES = {
    "PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff", "WEBP": b"RIFF\0\0\0\0WEBP",
    "AVIF": b"\0\0\0\x18ftypavif" + bytes(12),
    "HEIF": b"\0\0\0\x18ftypheic" + bytes(12), "BMP": b"BM", "GIF": b"GIF89a",
    "TIFF": b"II*\0",
}  # fmt: skip


def tables(heading: str) -> list[list[list[str]]]:
    """The cells of the table under each heading of that name, without its head."""
    found = []
    for section in re.split(r"^#+ ", TEXT, flags=re.MULTILINE):
        title, _, body = section.partition("\n")
        if title.strip() == heading:
            rows = [line.strip("|").split("|") for line in body.splitlines() if line[:1] == "|"]
            found.append([[cell.strip() for cell in row] for row in rows[2:]])
    return found


def names(heading: str, column: int = 0) -> list[str]:
    """What stands in backticks in a column of the table."""
    return [name for row in tables(heading)[0] for name in re.findall(r"`([^`]+)`", row[column])]


def test_containers_are_told_by_their_first_bytes() -> None:
    assert names("Containers", 1) == list(HEADS)
    for name, head in HEADS.items():
        assert sniff_clip(head, "a") == name


def test_kinds_of_pictures() -> None:
    assert names("Kinds", 1) == list(PICTURES)
    for name, head in PICTURES.items():
        assert sniff_picture(head, "a") == name


def test_codecs() -> None:
    assert names("Codecs") == list(CODECS)


def test_colours() -> None:
    listed = names("Colour")
    for name in (*HDR_TRANSFERS, *WIDE_GAMUTS, LINEAR, DCI):
        assert name in listed


@pytest.mark.parametrize(("rate", "brought_to"), tables("Time")[0])
def test_rates(rate: str, brought_to: str) -> None:
    assert driving_rate(ratio_of(float(rate))) == Fraction(ratio_of(float(brought_to)))


@pytest.mark.parametrize("row", [row for table in tables("Refused") for row in table])
def test_refusals_are_sentences_of_the_code(row: list[str]) -> None:
    (sentence,) = re.findall(r"`([^`]+)`", row[1])
    assert sentence in re.sub(r'"\n\s*f?"', "", SOURCE)


def test_kinds_of_alpha() -> None:
    assert names("What an alpha channel is") == [kind.value for kind in AlphaKind]


def test_warnings() -> None:
    kinds = {
        value for name, value in vars(picture_quality).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    }  # fmt: skip
    assert set(names("Warnings")) == kinds


def test_limits() -> None:
    for name, default, driving in tables("Limits")[0]:
        field = name.strip("`")
        assert getattr(MediaLimits(), field) == int(default)
        assert getattr(LIMITS, field) == int(driving)
