"""Horizontal bars as a PNG, by Pillow."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_WIDTH_PX, _LABEL_PX, _VALUE_PX, _MARGIN_PX = 900, 330, 150, 16
_ROW_PX, _BAR_PX, _TITLE_PX, _FONT_PX = 30, 20, 40, 15
_GROUND, _TEXT, _BAR, _FIRST = "#ffffff", "#1f2328", "#2f6fab", "#9aa4af"


@dataclass(frozen=True, slots=True)
class Bar:
    """A label, a value at least 0, and what is written behind its bar."""

    label: str
    value: float
    note: str


def write_bars(path: Path, title: str, bars: Sequence[Bar]) -> None:
    """Draw bars below each other, the longest as long as there is room; the first one is grey."""
    height = _TITLE_PX + _ROW_PX * len(bars) + 2 * _MARGIN_PX
    picture = Image.new("RGB", (_WIDTH_PX, height), _GROUND)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(_FONT_PX)
    draw.text((_MARGIN_PX, _MARGIN_PX), title, _TEXT, ImageFont.load_default(_FONT_PX + 3))
    room = _WIDTH_PX - _LABEL_PX - _VALUE_PX - 2 * _MARGIN_PX
    longest = max(bar.value for bar in bars)
    for number, bar in enumerate(bars):
        top = _MARGIN_PX + _TITLE_PX + number * _ROW_PX
        left = _MARGIN_PX + _LABEL_PX
        right = left + max(1, round(room * bar.value / longest))
        draw.text((left - 10, top + _BAR_PX / 2), bar.label, _TEXT, font, anchor="rm")
        draw.rectangle((left, top, right, top + _BAR_PX), _BAR if number else _FIRST)
        draw.text((right + 8, top + _BAR_PX / 2), bar.note, _TEXT, font, anchor="lm")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)
