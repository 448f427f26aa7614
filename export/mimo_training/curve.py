"""The learning curve of a run as a picture."""

import json
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_WIDTH_PX, _PANEL_PX, _MARGIN_PX = 900, 180, 48
_PANELS: Final = (
    ("IoU: own picture, another person's, drawn", ("iou", "iou_other", "iou_bare")),
    ("PSNR on the person, dB: painted, drawn", ("body_db", "body_drawn_db")),
    ("PSNR on seen surface, dB: painted, drawn", ("seen_db", "seen_drawn_db")),
    ("sharpness of the truth's", ("sharpness",)),
)  # fmt: skip
_COLOURS: Final = ("#2f6fab", "#c2410c", "#9aa4af")


def draw_curve(log: Path, path: Path) -> None:
    """Draw the rows of `log` (log.jsonl) over the processor time; nothing where there are none."""
    rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    rows = [row for row in rows if "iou" in row]
    if len(rows) < 2:
        return
    picture = Image.new("RGB", (_WIDTH_PX, _PANEL_PX * len(_PANELS)), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    minutes = [sum(row["seconds"].values()) / 60 for row in rows]
    for number, (title, names) in enumerate(_PANELS):
        _draw_panel(
            draw, font, number * _PANEL_PX, title, minutes, [[r[n] for r in rows] for n in names]
        )
    picture.save(path, optimize=True)


def _draw_panel(
    draw: ImageDraw.ImageDraw,
    font: "ImageFont.ImageFont | ImageFont.FreeTypeFont",
    top: int,
    title: str,
    minutes: list[float],
    lines: list[list[float]],
) -> None:
    low, high = min(map(min, lines)), max(map(max, lines))
    span, time = max(high - low, 1e-6), max(minutes[-1], 1e-6)
    left, right = _MARGIN_PX, _WIDTH_PX - 12
    upper, lower = top + 26, top + _PANEL_PX - 22
    draw.text((left, top + 6), title, "#1f2328", font)
    draw.text((4, upper - 6), f"{high:.3g}", "#1f2328", font)
    draw.text((4, lower - 8), f"{low:.3g}", "#1f2328", font)
    draw.text((right - 90, lower + 3), f"{time:.0f} CPU minutes", "#1f2328", font)
    for line, colour in zip(lines, _COLOURS, strict=False):
        points = [
            (left + (right - left) * m / time, lower - (lower - upper) * (v - low) / span)
            for m, v in zip(minutes, line, strict=True)
        ]
        draw.line(points, colour, 2)
