"""How well made-up videos, of which everything is known, are taken apart.

    python -m benchmarks.decomposition                   9 motions x 3 cameras x 2 occluders
    python -m benchmarks.decomposition --every 7         8 of the 54 clips
    python -m benchmarks.decomposition --quick           2 clips of 12 frames
    python -m benchmarks.decomposition --first-seed 0    clips on which thresholds were chosen

The clips are made by `mimo_synthetic.ground_truth`: the shipped body in painted clothes, in a
made-up yard, behind a post, bush, bench, ball or passer-by. Frames are given to the stages as they
are made, without a video file between; every seventh clip is also written as a video and
decomposed as `mimo decompose` does. Every stage gets what the one before it found, never the truth.
How often the main person is the one meant is counted; where it is not, it is named by its number.
Medians are over frames of all clips. Person, clothes, yard and what is in front depend on a clip's
seed; on seeds below 54 thresholds were chosen, on those from 108 on they were only tried.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.decomposition_parts.clip_run import ClipRun, run_clip
from benchmarks.decomposition_parts.measures import Measures
from benchmarks.decomposition_parts.pictures import picture_of, write_sheet
from benchmarks.decomposition_parts.report import tables, write_results
from benchmarks.decomposition_parts.truth import make_truth
from benchmarks.decomposition_parts.whole_stage import decompose_whole
from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.contact_sheet import Row
from mimo_synthetic.ground_truth.spec import ClipSpec, all_specs

RESULTS = Path(__file__).parent / "results" / "decomposition.json"
SHEET = Path(__file__).parent / "plots" / "decomposition.png"
UNSEEN = 108
_CHOSEN = 7  # all cameras and occluders are among every seventh of all clips


def chosen_specs(quick: bool, every: int, size_px: int, first_seed: int = UNSEEN) -> list[ClipSpec]:
    """The clips to run: all, or every so many; `quick` is two short ones."""
    if quick:
        short = all_specs(frame_count=12, size_px=size_px, first_seed=first_seed)
        return [short[14], short[25]]
    return all_specs(size_px=size_px, first_seed=first_seed)[::every]


def run_all(specs: Sequence[ClipSpec]) -> tuple[list[Measures], list[Row]]:
    """Every clip through every stage; every seventh also as a file, with a picture of it."""
    estimators = open_estimators()
    measures: list[Measures] = []
    pictures: list[Row] = []
    for number, spec in enumerate(specs, 1):
        run = run_clip(make_truth(spec), estimators)
        if (spec.seed - specs[0].seed) % _CHOSEN == 0:
            _run_whole(run)
            pictures.append(picture_of(run))
        measures.append(run.measures)
        click.echo(f"{number} of {len(specs)}: {spec.name}", err=True)
    return measures, pictures


def _run_whole(run: ClipRun) -> None:
    found = run.analysed
    person = None if found is None or found.chosen == found.number else found.number
    with TemporaryDirectory() as folder:
        whole = decompose_whole(run.truth, Path(folder), person)
    run.measures.values.update(whole.values)
    run.measures.wall_s.update(whole.wall_s)


@click.command()
@click.option("--quick", is_flag=True, help="Two short clips: that it works, not how well.")
@click.option("--every", type=click.IntRange(1), default=1, help="Only every so many clips.")
@click.option("--size", "size_px", type=click.IntRange(64), default=288, show_default=True)
@click.option("--first-seed", default=UNSEEN, show_default=True, help="Of the first clip.")
@click.option("--json", "path", type=click.Path(path_type=Path), default=RESULTS)
@click.option("--sheet", type=click.Path(path_type=Path), default=SHEET)
def main(quick: bool, every: int, size_px: int, first_seed: int, path: Path, sheet: Path) -> None:
    """Take made-up clips apart and compare with what is true of them."""
    measures, pictures = run_all(chosen_specs(quick, every, size_px, first_seed))
    write_results(path, measures)
    write_sheet(sheet, pictures)
    click.echo(tables(measures))
    click.echo(f"\nwritten to {path} and {sheet}")


if __name__ == "__main__":
    main()
