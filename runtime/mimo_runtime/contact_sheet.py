"""A contact sheet: one picture with labelled rows of small frames, the character beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]

PAPER, CARD, EDGE = (247, 246, 243), (255, 255, 255), (206, 204, 198)
INK, FAINT_INK = (36, 40, 48), (112, 116, 124)
GAP_PX, MARGIN_PX = 10, 28


@dataclass(frozen=True, slots=True)
class Row:
    """A label and the frames beside it, each uint8 [height, width, 3] RGB."""

    label: str
    frames: Sequence[Picture]


def contact_sheet(
    rows: Sequence[Row],
    thumbnail_width_px: int,
    *,
    title: str = "",
    character: Picture | None = None,
    frame_numbers: Sequence[int] = (),
) -> Picture:
    """Lay out `rows` as a grid whose columns are moments of the video.

    rows: at least one, from top to bottom; every frame is scaled to `thumbnail_width_px`.
    character: uint8 [height, width, 3 or 4], shown left of the grid; alpha is laid on white.
    frame_numbers: what to write above the columns; nothing is written where it is empty.
    Returns uint8 [height, width, 3] RGB.
    """
    text_px = max(12, thumbnail_width_px // 11)
    parts = [_grid(rows, thumbnail_width_px, frame_numbers, text_px)]
    if character is not None:
        name = _text("character", text_px, INK)
        parts.insert(0, _stacked([name, _card(character, thumbnail_width_px)]))
    sheet = _beside(parts, 3 * GAP_PX)
    if title:
        sheet = _stacked([_text(title, round(1.7 * text_px), INK), sheet], 2 * GAP_PX)
    return np.array(_centred(sheet, sheet.width + 2 * MARGIN_PX, sheet.height + 2 * MARGIN_PX))


def evenly_spaced(frame_count: int, columns: int) -> tuple[int, ...]:
    """Up to `columns` frame indices from the first to the last of `frame_count`, evenly spread."""
    spread = np.linspace(0, frame_count - 1, min(columns, frame_count))
    return tuple(int(index) for index in spread.round())


def _grid(
    rows: Sequence[Row], width_px: int, frame_numbers: Sequence[int], text_px: int
) -> Image.Image:
    labels = [_text(row.label, text_px, INK) for row in rows]
    label_px = max(label.width for label in labels)
    lines = [
        _beside([_widened(label, label_px), *(_card(frame, width_px) for frame in row.frames)])
        for label, row in zip(labels, rows, strict=True)
    ]
    if frame_numbers:
        small_px = text_px * 4 // 5
        words = [_text(f"frame {number}", small_px, FAINT_INK) for number in frame_numbers]
        heads = [_centred(word, width_px + 2, word.height) for word in words]
        lines.insert(0, _beside([Image.new("RGB", (label_px, 1), PAPER), *heads]))
    return _stacked(lines)


def _text(words: str, size_px: int, colour: tuple[int, int, int]) -> Image.Image:
    font = ImageFont.load_default(size_px)
    ascent_and_descent_px = round(1.3 * size_px)
    picture = Image.new("RGB", (int(font.getlength(words)) + 1, ascent_and_descent_px), PAPER)
    ImageDraw.Draw(picture).text((0, 0), words, fill=colour, font=font)
    return picture


def _card(pixels: Picture, width_px: int) -> Image.Image:
    picture = Image.fromarray(pixels).convert("RGBA")
    height_px = max(1, round(picture.height * width_px / picture.width))
    picture = picture.resize((width_px, height_px), Image.Resampling.LANCZOS)
    card = Image.new("RGB", (width_px + 2, height_px + 2), EDGE)
    card.paste(CARD, (1, 1, width_px + 1, height_px + 1))
    card.paste(picture, (1, 1), mask=picture)
    return card


def _beside(pictures: Sequence[Image.Image], gap_px: int = GAP_PX) -> Image.Image:
    height_px = max(picture.height for picture in pictures)
    width_px = sum(picture.width for picture in pictures) + gap_px * (len(pictures) - 1)
    line = Image.new("RGB", (width_px, height_px), PAPER)
    left_px = 0
    for picture in pictures:
        line.paste(picture, (left_px, (height_px - picture.height) // 2))
        left_px += picture.width + gap_px
    return line


def _stacked(pictures: Sequence[Image.Image], gap_px: int = GAP_PX) -> Image.Image:
    width_px = max(picture.width for picture in pictures)
    height_px = sum(picture.height for picture in pictures) + gap_px * (len(pictures) - 1)
    column = Image.new("RGB", (width_px, height_px), PAPER)
    top_px = 0
    for picture in pictures:
        column.paste(picture, (0, top_px))
        top_px += picture.height + gap_px
    return column


def _centred(picture: Image.Image, width_px: int, height_px: int) -> Image.Image:
    paper = Image.new("RGB", (width_px, height_px), PAPER)
    paper.paste(picture, ((width_px - picture.width) // 2, (height_px - picture.height) // 2))
    return paper


def _widened(picture: Image.Image, width_px: int) -> Image.Image:
    paper = Image.new("RGB", (width_px, picture.height), PAPER)
    paper.paste(picture, (0, 0))
    return paper
