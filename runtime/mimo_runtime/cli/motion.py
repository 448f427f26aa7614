"""`mimo motion`: a motion file, drawn, without any video."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import FILE, FOLDER, examples

if TYPE_CHECKING:
    from mimo_runtime.motions.make import MakeOptions

MAX_FPS = 240
MAX_LOOP = 1000
STAGE = "drawing the motion"


@click.command(
    epilog=examples(
        "mimo motion walk.bvh -o walk --camera side",
        "mimo motion dance.bvh -o dance --camera follow,azimuth=30 --seconds 2-7 --preview",
        "mimo motion take.bvh -o take --up z --joints names.json --source-fps 120",
        "mimo motion wham.pkl -o m --source-fps 30 --actor 1 --mirror --in-place --loop 4",
        "mimo motion amass.npz -o m --body-model SMPLH_NEUTRAL.npz --sdc-info sdc_info.npy",
    )
)
@click.argument("source", metavar="FILE", type=FILE)
@click.option("-o", "--output", required=True, type=FOLDER, help="Motion folder to write.")
@click.option(
    "--up",
    type=click.Choice(["x", "y", "z", "-x", "-y", "-z"]),
    help="The axis that is up in the file; found in it if not given.",
)
@click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    help="What the way through space is multiplied with, for a file whose path is in "
    "another unit than its bones: 0.001 for millimetres, 0.01 for centimetres.",
)
@click.option(
    "--source-fps",
    metavar="RATE",
    help="Frames a second of the file, instead of what it says: 30, 59.94, 30000/1001.",
)
@click.option(
    "--joints",
    metavar="MAP.json",
    type=FILE,
    help='Which joint is which bone, where names do not tell: {"left_arm": "Bone.012"}; '
    "docs/inputs.md lists the bones.",
)
@click.option(
    "--actor",
    type=click.IntRange(1),
    metavar="N",
    help="Which person to take from a file with several.",
)
@click.option("--mirror", is_flag=True, help="Left and right change places.")
@click.option("--in-place", is_flag=True, help="The person stays where they begin.")
@click.option(
    "--turn",
    "turn_deg",
    type=float,
    default=0.0,
    metavar="DEG",
    help="Turn the whole motion to the left, seen from above.",
)
@click.option(
    "--loop",
    type=click.IntRange(1, MAX_LOOP),
    default=1,
    metavar="N",
    help="Play it N times, each where the one before ended.",
)
@click.option(
    "--shape",
    multiple=True,
    metavar="NAME=SHARE",
    help="Shape of the drawn body, may be repeated: male (-1 is female), heavy, light, "
    "muscular, slight, tall, short; 0.1 of tall is 7 cm.",
)
@click.option(
    "--camera",
    default="front",
    show_default=True,
    help="front, left (or side), right, back; follow: beside the person; and "
    "azimuth=DEG,height=M,distance=M. Commas join them; what is not said is chosen so "
    "that the whole motion is seen.",
)
@click.option("--size", default="512x512", show_default=True, help="WIDTHxHEIGHT of the frames.")
@click.option(
    "--fps",
    type=click.IntRange(1, MAX_FPS),
    default=30,
    show_default=True,
    help="Frames a second of the result.",
)
@click.option("--seconds", help="FROM-TO: only this part of the motion.")
@click.option("--frames", help="FROM-TO: only these frames of the result, TO not included.")
@click.option("--preview", is_flag=True, help="Also write preview.png: moments side by side.")
@click.option("--licence-note", default="", help="What you know of the right to use the motion.")
@click.option(
    "--body-model",
    type=FILE,
    help="Your SMPL, SMPL-H or SMPL-X model (.npz or .pkl), for motions of the SMPL "
    "family; without it they are taken on a plain skeleton.",
)
@click.option("--sdc-info", type=FILE,
              help="Official motion colours, a file that the authors have not published: draws "
              "your body model in them. Without it our own body is drawn in the colours of its "
              "surface. Fitting the official ones to templates was tried and is not good enough; "
              "docs/inputs.md says what works instead.")  # fmt: skip
def motion(source: Path, output: Path, **options: Any) -> None:
    """Draw a motion file. The folder can drive any character.

    FILE is BVH, glTF or GLB, a pose file of ours, or arrays (.npz, .npy, .pkl, .pt, .json): poses
    of the SMPL family, as estimators write them, or joints alone. How it was understood is said in
    one line; docs/inputs.md has the details.
    """
    from mimo_runtime.cli.progress import ProgressBars
    from mimo_runtime.motions.make import prepare_motion
    from mimo_runtime.wire.progress import Progress

    prepared = prepare_motion(source, _make_options(options))
    click.echo(f"{source.name}: {prepared.understood}", err=True)
    with ProgressBars() as bars:
        prepared.draw(
            output,
            lambda done, total: bars(Progress(STAGE, done, total)),
            preview=options["preview"],
        )
    made, cameras = prepared.clip.motion, prepared.clip.cameras
    click.echo(
        f"{output}: {counted(made.frame_count, 'frame')} of "
        f"{cameras.width_px}x{cameras.height_px} px, {made.duration_s:.1f} s at {options['fps']} "
        "frames a second."
    )


def _make_options(options: Mapping[str, Any]) -> "MakeOptions":
    from fractions import Fraction

    from mimo_runtime.motions.camera_placement import parse_camera
    from mimo_runtime.motions.files.motion_source import ReadOptions
    from mimo_runtime.motions.frame_rate import parse_rate
    from mimo_runtime.motions.make import MakeOptions
    from mimo_runtime.motions.ranges import parse_share, parse_size
    from mimo_runtime.motions.retargeting.joint_names import read_joint_map
    from mimo_runtime.motions.shaping import Shaping

    rate, joints = options["source_fps"], options["joints"]
    return MakeOptions(
        read=ReadOptions(
            rate_fps=None if rate is None else parse_rate(rate),
            joints={} if joints is None else read_joint_map(joints),
            actor=options["actor"],
            up=options["up"],
            scale=options["scale"],
        ),
        shaping=Shaping(
            options["mirror"], options["in_place"], options["turn_deg"], options["loop"]
        ),
        camera=parse_camera(options["camera"]),
        size_px=parse_size(options["size"]),
        rate_fps=Fraction(options["fps"]),
        frames=options["frames"],
        seconds=options["seconds"],
        licence_note=options["licence_note"],
        body_model=options["body_model"],
        sdc_info=options["sdc_info"],
        body_shape=dict(parse_share(text) for text in options["shape"]),
    )
