"""`mimo motion`: a motion file, drawn, without any video."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import FILE, FOLDER, examples
from mimo_runtime.errors import InvalidRequestError

if TYPE_CHECKING:
    from mimo_runtime.body.body import Body
    from mimo_runtime.body.smpl import SmplModel
    from mimo_runtime.motions.motion import Motion
    from mimo_runtime.motions.source import MotionSource

MAX_FPS = 240
STAGE = "drawing the motion"


@click.command(
    epilog=examples(
        "mimo motion walk.bvh -o walk --camera side",
        "mimo motion dance.bvh -o dance --camera azimuth=30,height=1.6 --seconds 2-7",
        "mimo motion amass.npz -o m --body-model SMPLH_NEUTRAL.npz --sdc-info sdc_info.npy",
    )
)
@click.argument("source", metavar="FILE.bvh|FILE.npz", type=FILE)
@click.option("-o", "--output", required=True, type=FOLDER, help="Motion folder to write.")
@click.option(
    "--camera",
    default="front",
    show_default=True,
    help="front, left (or side), right, back, or azimuth=DEG,height=M,distance=M; what is not "
    "said is chosen so that the whole motion is seen.",
)
@click.option("--size", default="512x512", show_default=True, help="WIDTHxHEIGHT of the frames.")
@click.option("--fps", type=click.IntRange(1, MAX_FPS), default=30, show_default=True)
@click.option("--seconds", help="FROM-TO: only this part of the motion.")
@click.option("--licence-note", default="", help="What you know of the right to use the motion.")
@click.option("--frames", help="FROM-TO: only these frames of the result, TO not included.")
@click.option(
    "--body-model",
    type=FILE,
    help="Your SMPL or SMPL-H model (.npz or .pkl); a motion in AMASS layout needs it.",
)
@click.option(
    "--sdc-info",
    type=FILE,
    help="sdc_info.npy of the official release: draws your body model in the official colours. "
    "Without it our own body is drawn in the colours of its surface.",
)
def motion(**options: Any) -> None:
    """Draw a motion file: BVH, our pose files, AMASS. The folder can drive any character."""
    from dataclasses import replace

    from mimo_runtime.body.smpl import read_smpl
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.motions.drawing import draw_motion
    from mimo_runtime.motions.framing import frame_motion, parse_camera
    from mimo_runtime.motions.ranges import parse_size
    from mimo_runtime.motions.source import read_motion
    from mimo_runtime.wire.progress import Progress

    choice, size_px = parse_camera(options["camera"]), parse_size(options["size"])
    model_file: Path | None = options["body_model"]
    model = None if model_file is None else read_smpl(model_file)
    source = read_motion(options["source"], model)
    body, colours = _body(model, options["sdc_info"], source)
    fitted = _part(source.fitted(body.skeleton), options)
    fitted = replace(fitted, licence_note=options["licence_note"] or fitted.licence_note)
    camera = frame_motion(fitted, body.skeleton, choice, size_px)
    output: Path = options["output"]
    with ProgressBars() as bars:
        draw_motion(
            output, body, colours, fitted, camera,
            lambda done, total: bars(Progress(STAGE, done, total)),
        )  # fmt: skip
    click.echo(
        f"{output}: {counted(fitted.frame_count, 'frame')} of {size_px[0]}x{size_px[1]} px, "
        f"{fitted.duration_s:.1f} s at {options['fps']} frames a second."
    )


def _body(
    model: "SmplModel | None", sdc_info: Path | None, source: "MotionSource"
) -> "tuple[Body, str]":
    """The body to draw, and which colours it has."""
    from mimo_runtime.body.sdc_info import read_sdc_colours
    from mimo_runtime.body.shipped import load_body
    from mimo_runtime.body.smpl import smpl_body
    from mimo_runtime.motions.folder import OFFICIAL, SURFACE

    if sdc_info is None:
        return load_body(), SURFACE
    if model is None:
        raise InvalidRequestError(
            "--sdc-info colours a SMPL or SMPL-H body; give yours with --body-model"
        )
    colours = read_sdc_colours(sdc_info, len(model.template_m))
    return smpl_body(model, source.betas, colours), OFFICIAL


def _part(whole: "Motion", options: dict[str, Any]) -> "Motion":
    """The wanted part of the motion at the wanted rate."""
    from fractions import Fraction

    from mimo_runtime.motions.ranges import parse_frames
    from mimo_runtime.motions.resample import resample

    resampled = resample(whole, Fraction(options["fps"]))
    return resampled.cut(
        parse_frames(options["frames"], options["seconds"], options["fps"], resampled.frame_count)
    )
