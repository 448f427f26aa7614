"""One named switch after the other: what each saves, and how much of the picture it moves."""

import html
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.bench.report import STYLE, origin_values
from mimo_runtime.planning.schedule import Identity
from mimo_runtime.runner.stream import Stream
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.wire.settings import Mode, Settings
from mimo_runtime.wire.solver import Spacing

SCHEMA = "mimo-bench-waterfall/1"
INTERVAL = "0.2,0.9"
_MOST_DB = 100.0  # what equal frames are given
_WIDTH, _ROW_PX = 560, 26

Frames = list[NDArray[np.uint8]]
ReadRequest = Callable[[Settings], SynthesisRequest]


@dataclass(frozen=True, slots=True)
class Switch:
    """Settings that are changed on top of all before; `is_exact` tells that no bit may change."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """What a switch brought: processor and wall seconds of all frames, the identity left out.

    Likeness in dB is that of all pixels, to the first row and to the row before.
    """

    switch: Switch
    settings: Settings
    frame_count: int
    cpu_s: float
    wall_s: float
    to_first_db: float
    to_previous_db: float


def switches(steps: int, fewer_steps: int, guidance: float) -> tuple[Switch, ...]:
    """From the official numbers to the fewest passes."""
    return (
        Switch("official", {"mode": Mode.OFFICIAL, "steps": steps, "guidance": guidance}),
        Switch("the same again", is_exact=True),
        Switch("corrected", {"mode": Mode.CORRECTED}),
        Switch("second order", {"mode": Mode.OFFLINE}),
        Switch("even angles", {"step_table": Spacing.EVEN_ANGLE.value}),
        Switch(f"{fewer_steps} steps", {"steps": fewer_steps}),
        Switch(f"guidance within {INTERVAL}", {"guidance_interval": INTERVAL}),
        Switch("no guidance", {"guidance": 1.0, "guidance_interval": None}),
    )


def run_waterfall(
    synthesizer: Synthesizer,
    read: ReadRequest,
    chosen: Sequence[Switch],
    on_row: Callable[[WaterfallRow], None],
) -> list[WaterfallRow]:
    """Render the same clip with one more switch each time.

    Raises:
        MimoError: it cannot be rendered so.
    """
    rows: list[WaterfallRow] = []
    settings, first, previous = Settings(), Frames(), Frames()
    for switch in chosen:
        settings = replace(settings, **switch.changes)
        stream = synthesizer.open(read(settings), CancellationToken(), lambda _: None)
        frames, cpu_s, wall_s = rendered(stream)
        first, previous = first or frames, previous or frames
        likeness = psnr_db(frames, first), psnr_db(frames, previous)
        rows.append(WaterfallRow(switch, settings, len(frames), cpu_s, wall_s, *likeness))
        on_row(rows[-1])
        previous = frames
    return rows


def rendered(stream: Stream) -> tuple[Frames, float, float]:
    """All frames, and the processor and wall seconds that they took."""
    frames, cpu_s, wall_s = Frames(), 0.0, 0.0
    try:
        for work in stream.works():
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            frame = stream.execute(work)
            if not isinstance(work, Identity):
                cpu_s += time.process_time() - began_cpu_s
                wall_s += time.perf_counter() - began_s
            if frame is not None:
                frames.append(frame.rgb)
    finally:
        stream.close()
    return frames, cpu_s, wall_s


def psnr_db(frames: Frames, others: Frames) -> float:
    """Over the frames that both have."""
    squares = [
        np.square(one.astype(np.float64) - other).mean()
        for one, other in zip(frames, others, strict=False)
    ]
    error = float(np.mean(squares))
    return _MOST_DB if error == 0 else min(_MOST_DB, float(10 * np.log10(255**2 / error)))


def waterfall_values(
    synthesizer: Synthesizer, rows: Sequence[WaterfallRow], command: str
) -> dict[str, Any]:
    """What report.json holds."""
    bundle = synthesizer.bundle
    return {
        **origin_values(SCHEMA, command),
        "bundle": {"name": bundle.manifest.name, "sha256": bundle.digest},
        "engine": synthesizer.engine,
        "rows": [_row_values(row, rows[0]) for row in rows],
    }


def _row_values(row: WaterfallRow, first: WaterfallRow) -> dict[str, Any]:
    cpu_s = row.cpu_s / max(row.frame_count, 1)
    return {
        "switch": row.switch.name,
        "class": "exact" if row.switch.is_exact else "approximate",
        "frames": row.frame_count,
        "cpu_s_per_frame": cpu_s,
        "wall_s_per_frame": row.wall_s / max(row.frame_count, 1),
        "times_as_fast": first.cpu_s / max(first.frame_count, 1) / max(cpu_s, 1e-9),
        "to_first_db": row.to_first_db,
        "to_previous_db": row.to_previous_db,
    }


def waterfall_page(values: Mapping[str, Any]) -> str:
    """The page, HTML with its picture in it."""
    rows = values["rows"]
    names = list(rows[0])
    head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row[name])}</td>" for name in names) + "</tr>" for row in rows
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Waterfall</title>'
        f"<style>{STYLE}</style><h1>One more switch at a time</h1>"
        f"<table><tr>{head}</tr>{body}</table><h2>Processor seconds of a frame</h2>{_bars(rows)}"
        f"<p><code>{html.escape(values['command'])}</code><br>{html.escape(values['time'])}, "
        f"{html.escape(values['client']['system'])}, {html.escape(values['engine'])}</p></html>\n"
    )


def _cell(value: str | float) -> str:
    return html.escape(value) if isinstance(value, str) else f"{value:.4g}"


def _bars(rows: Sequence[Mapping[str, Any]]) -> str:
    most = max(row["cpu_s_per_frame"] for row in rows) or 1
    drawn = ""
    for number, row in enumerate(rows):
        top, cpu_s = number * _ROW_PX, row["cpu_s_per_frame"]
        label = f"{html.escape(row['switch'])}: {cpu_s:.3g} s"
        drawn += (
            f'<rect x="0" y="{top}" width="{cpu_s / most * _WIDTH:.1f}" height="18" '
            f'fill="#9ec5fe"/><text x="6" y="{top + 13}" font-size="12">{label}</text>'
        )
    return f'<svg viewBox="0 0 {_WIDTH} {len(rows) * _ROW_PX}" role="img">{drawn}</svg>'
