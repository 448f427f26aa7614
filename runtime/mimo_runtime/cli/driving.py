"""Where a synthesis takes motion and scene from: a template, a driving video, or one of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.openjd_lines import OpenJdProgress
from mimo_runtime.errors import CancelledError, InvalidRequestError

if TYPE_CHECKING:
    from mimo_runtime.decomposition.decompose import DecomposeOptions

_NAMES = ("template", "driving", "motion", "scene")
DECOMPOSE = ("models", "person", "shot", "tiles")
TEMPLATE_OPTIONS = (*_NAMES, *DECOMPOSE)


@contextmanager
def chosen_template(options: dict[str, Any], decomposed: Path) -> Iterator[Path]:
    """The template folder that a command's options mean, for the time of the with statement.

    Takes the options of `template_options` out of `options`. A driving video is decomposed into
    the folder `decomposed`, which stays and is used again; a mixture is made in a temporary one.

    Raises:
        InvalidRequestError: not exactly one way was chosen, or it lacks a part.
        MimoError: the decomposition or the mixture fails.
    """
    given: dict[str, Path | None] = {name: options.pop(name) for name in _NAMES}
    settings = {name: options.pop(name) for name in DECOMPOSE}
    template, driving, motion, scene = (given[name] for name in _NAMES)
    _check(template, driving, motion, scene)
    if template is not None:
        yield template
    elif driving is not None:
        from mimo_runtime.decomposition.decompose import DecomposeOptions

        threads = options.get("threads", 0)
        decompose_telling(driving, decomposed, DecomposeOptions(**settings, threads=threads))
        yield decomposed
    elif motion is not None and scene is not None:
        with TemporaryDirectory(prefix="mimo-mixed-") as temporary:
            yield _mixed(motion, scene, Path(temporary) / "template")


def template_beside(output: Path) -> Path:
    """The folder beside an output that its driving video is decomposed into."""
    return output.with_name(f"{output.stem}.template")


def decompose_telling(
    video: Path, target: Path, options: "DecomposeOptions", openjd: bool = False
) -> None:
    """Decompose, with a bar for each stage or the lines of Open Job Description, and a report on
    stderr.
    """
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.decomposition.decompose import decompose
    from mimo_runtime.decomposition.progress import LABELS
    from mimo_runtime.wire.progress import Progress

    stages = dict.fromkeys(LABELS.values(), 1.0)
    try:
        with OpenJdProgress(stages=stages) if openjd else ProgressBars() as progress:
            report = decompose(
                video, target, options,
                lambda stage, done, total: progress(Progress(LABELS[stage], done, total)),
            )  # fmt: skip
    except KeyboardInterrupt:
        raise CancelledError(
            "Cancelled; finished stages are kept, and the same command goes on from there."
        ) from None
    if report is None:
        click.echo(f"{target} is already the template of {video}; it is used as it is.", err=True)
        return
    for line in report.lines():
        click.echo(line, err=True)
    made = report.facts["template"]
    click.echo(
        f"{target}: {counted(made['frame_count'], 'frame')} of "
        f"{made['width_px']}x{made['height_px']} px at {made['rate_fps']:.5g} a second.",
        err=True,
    )


def _check(
    template: Path | None, driving: Path | None, motion: Path | None, scene: Path | None
) -> None:
    ways = [template is not None, driving is not None, motion is not None or scene is not None]
    if sum(ways) != 1:
        raise InvalidRequestError(
            "Give exactly one of --template, --driving, or --motion together with --scene."
        )
    if (motion is None) != (scene is None):
        given, missing = ("motion", "scene") if scene is None else ("scene", "motion")
        raise InvalidRequestError(
            f"--{given} alone is not enough; give --{missing} with it, or a --template that has "
            "both."
        )


def _mixed(motion: Path, scene: Path, target: Path) -> Path:
    from mimo_runtime.decomposition.mixing import mix

    for sentence in mix(motion, scene, target):
        click.echo(sentence, err=True)
    return target
