"""The contact sheet shows every frame at its place, in its colours, with readable labels."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.contact_sheet import CARD, INK, PAPER, Row, contact_sheet, evenly_spaced

RED, GREEN, BLUE = (200, 0, 0), (0, 180, 0), (0, 0, 220)


def plain(colour: tuple[int, int, int], height: int = 30, width: int = 40) -> NDArray[np.uint8]:
    return np.full((height, width, 3), colour, dtype=np.uint8)


def places(sheet: NDArray[np.uint8], colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero((sheet == colour).all(axis=2))
    return int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1


def test_frames_stand_in_rows_and_columns_at_thumbnail_size() -> None:
    sheet = contact_sheet([Row("a", [plain(RED), plain(GREEN)]), Row("b", [plain(BLUE)])], 80)
    red, green, blue = (places(sheet, colour) for colour in (RED, GREEN, BLUE))
    assert sheet.dtype == np.uint8
    for top, bottom, left, right in (red, green, blue):
        assert (bottom - top, right - left) == (60, 80)
    assert red[:2] == green[:2]
    assert red[3] < green[2]
    assert red[2:] == blue[2:]
    assert red[1] < blue[0]


def test_labels_are_dark_on_light_and_left_of_their_row() -> None:
    sheet = contact_sheet([Row("scene", [plain(RED)]), Row("result", [plain(BLUE)])], 80)
    for colour in (RED, BLUE):
        top, bottom, left, _ = places(sheet, colour)
        beside = sheet[top:bottom, :left].reshape(-1, 3)
        assert (beside == PAPER).all(axis=1).mean() > 0.8
        assert np.abs(beside.astype(int) - INK).sum(axis=1).min() < 60


def test_every_edge_is_margin() -> None:
    sheet = contact_sheet([Row("a", [plain(RED)])], 80, title="t", character=plain(BLUE, 60, 40))
    for edge in (sheet[:20], sheet[-20:], sheet[:, :20], sheet[:, -20:]):
        assert (edge == PAPER).all()


def test_transparent_parts_of_the_character_are_white() -> None:
    character = np.zeros((60, 40, 4), dtype=np.uint8)
    character[15:45, 10:30] = (*BLUE, 255)
    sheet = contact_sheet([Row("a", [plain(RED)])], 80, character=character)
    top, _, left, _ = places(sheet, BLUE)
    assert left < places(sheet, RED)[2]
    assert tuple(sheet[top - 20, left - 10]) == CARD


def test_title_and_frame_numbers_add_ink_above_the_grid() -> None:
    rows = [Row("a", [plain(RED), plain(GREEN)])]
    bare, full = contact_sheet(rows, 80), contact_sheet(rows, 80, title="T", frame_numbers=(0, 31))
    top_bare, top_full = places(bare, RED)[0], places(full, RED)[0]
    assert top_full > top_bare
    assert (bare[: top_bare - 1] == PAPER).all()
    _, _, left, right = places(full, GREEN)
    assert (full[: top_full - 1, left:right] != PAPER).any()


def test_evenly_spaced_includes_both_ends() -> None:
    assert evenly_spaced(32, 6) == (0, 6, 12, 19, 25, 31)
    assert evenly_spaced(3, 6) == (0, 1, 2)
    assert evenly_spaced(1, 6) == (0,)
