"""What a section hands on: rows for the table and the file, and notes on what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = float | int | str | bool | None
Row = Mapping[str, Value]


@dataclass(slots=True)
class Section:
    """Rows in the order in which they were measured; `notes` say in sentences what was not."""

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def table(rows: Sequence[Row]) -> str:
    """Rows as Markdown; columns in the order of their first appearance."""
    if not rows:
        return ""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(shown(row.get(key)) for key in columns)} |" for row in rows]
    return "\n".join(lines)


def shown(value: Value) -> str:
    """Three digits that matter."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else _whole(value)


def _whole(value: Value) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)
