"""`mimo live`: a motion played at its own rate, seen while it is still going on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mimo_runtime.cli.counts import counted
from mimo_runtime.cli.options import ANY_PATH, FILE, Command, examples, solver_options
from mimo_runtime.errors import MimoError

_OPTIONS = (
    click.option("--server", required=True, help="HOST:PORT of a server started by 'mimo serve'."),
    click.option("--character", type=FILE, help="Picture of the character."),
    click.option("--matte", type=FILE, help="Grey picture, white where the character is."),
    click.option("--scene", type=FILE, help="Picture of the scene."),
    click.option(
        "--camera",
        help="As of 'mimo motion', for a motion file; default: front. A folder has its own.",
    ),
    click.option(
        "--size",
        help="WIDTHxHEIGHT of a motion file's frames; default: 512x512. A folder has its own.",
    ),
    click.option(
        "--fps",
        type=click.IntRange(1, 240),
        help="Postures a second; default: the motion's own. Others are put between them.",
    ),
    click.option(
        "--latency-ms",
        type=click.FloatRange(min=0, min_open=True),
        help="How long the way of a frame may take; what takes longer is late. The less it is, "
        "the fewer steps are done and the shorter are chunks, of which a server bears fewer "
        "streams. Without it all steps are done, as early as can be.",
    ),
    click.option(
        "--policy",
        type=click.Choice(["live", "lossless"]),
        default="live",
        show_default=True,
        help="What happens to postures that come too fast: the oldest give way, or they wait.",
    ),
    click.option("--steps", type=click.IntRange(1, 1000), help="Most solver steps."),
    click.option("--guidance", type=click.FloatRange(0, 100), help="Scale of guidance."),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**64 - 1),
        default=42,
        show_default=True,
        help="Seed of the first noise.",
    ),
    click.option(
        "--credits",
        type=click.IntRange(1, 1000),
        default=8,
        show_default=True,
        help="Frames that may be on their way at once.",
    ),
    click.option("--tls-root", type=FILE, help="PEM file of the authority that signed the server."),
)


def motion_option(required: bool) -> Callable[[Command], Command]:
    """`--motion`, where there is no other way, `required`."""
    return click.option(
        "--motion",
        required=required,
        type=ANY_PATH,
        help="Motion file of a kind that 'mimo motion' reads, or a folder that it made.",
    )


def live_options(command: Command) -> Command:
    """Who is streamed where, and how; `live_play.prepare_play` takes these."""
    command = solver_options(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(
    epilog=examples(
        "mimo live --server gpu1:50051 --character me.png --scene park.jpg --motion walk.bvh "
        "-o out.mp4",
        "mimo live --server localhost:50051 --character me.png --scene park.jpg --motion walk/ "
        "--latency-ms 400 --view",
        "mimo live --server gpu1:50051 --prepared character_0123 --prepared template_4567 "
        "--motion walk.bvh -o out.mp4",
        "mimo live --server localhost:50051 --character me.png --scene park.jpg --motion walk/ "
        "--change 120:scene=beach.jpg --change 240:character=you.png,guidance=2 -o out.mp4",
        "ffmpeg -f v4l2 -i /dev/video0 -f matroska - | mimo live --server localhost:50051 "
        "--character me.png --scene park.jpg --driving - -o - | ffplay -",
    )
)
@motion_option(required=False)
@click.option(
    "--driving",
    type=ANY_PATH,
    help="Video of somebody, whose motion is found while it is played; - for a pipe.",
)
@click.option(
    "--capture-on",
    type=click.Choice(["client", "server"]),
    default="client",
    show_default=True,
    help="Who finds the postures in a driving video; a server is sent its encoded frames.",
)
@live_options
@click.option(
    "--prepared",
    multiple=True,
    metavar="ID",
    help="A job of 'mimo jobs prepare' on that server, whose character, or scene as it is in the "
    "first frame, is taken instead of a picture. May be given again.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    help="NAME.mp4; - for fragmented MP4 on standard output; or a folder of PNG pictures.",
)
@click.option(
    "--view",
    is_flag=True,
    help="Show the frames in a window while they come: by FFmpeg's player, ffplay. Without -o the "
    "stream ends when it is closed.",
)
@click.option(
    "--receive",
    type=click.Choice(["jpeg", "png", "h264", "raw"]),
    help="How the server encodes frames on their way; default: jpeg for a movie, which is encoded "
    "here, png for a folder. h264 is a movie as it is; raw is for a server on this machine.",
)
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="FRAME:NAME=VALUE,...",
    help="What the stream goes on with from a frame on: character, matte, scene, steps, guidance, "
    "solver, step-table, guidance-interval, latency-ms. Several, one after the other; what became "
    "of each is said.",
)
@click.option(
    "--resume-s",
    type=click.FloatRange(min=0),
    default=10,
    show_default=True,
    help="How long the server keeps the stream where the connection is cut, and this tries to go "
    "on; 0: not at all.",
)
def live(
    output: Path | None,
    view: bool,
    receive: str | None,
    changes: tuple[str, ...],
    resume_s: float,
    **options: Any,
) -> None:
    """Stream a motion to a server and take the frames while it goes on.

    A motion is played at its rate, as if it were captured now. The server draws it: it must run a
    bundle that paints the human layer. What it planned, and why, is said on stderr.

    Ctrl-C ends the stream and keeps what came.

    In a driving video somebody is followed, by frames that have come only; the camera has to stand
    still. 'mimo synthesize --driving' looks at all of a video and is better for it.
    """
    from mimo_runtime.cli.ctrl_c import ending_on_ctrl_c
    from mimo_runtime.cli.live_changes import parse_change
    from mimo_runtime.cli.live_output import check_output, open_output
    from mimo_runtime.cli.live_play import prepare_play
    from mimo_runtime.cli.live_sources import heard_in, open_source
    from mimo_runtime.wire.live import PictureFormat

    picture = None if receive is None else PictureFormat(receive)
    check_output(output, picture, view)
    asked = tuple(parse_change(text, number) for number, text in enumerate(changes, 1))
    heard = heard_in(options["driving"], options["fps"])
    play = replace(prepare_play(options, open_source(options)), changes=asked, resume_s=resume_s)
    on_close = (play.stop.set if output is None else _nothing) if view else None
    with (
        open_output(output, play.rate_fps, picture, on_close, heard) as sink,
        ending_on_ctrl_c(play.stop),
    ):
        summary = play.run(sink)
        if not summary.frame_count:
            raise MimoError(
                "The motion ended before a frame could come back; give a longer one, or "
                "--policy lossless."
            )
    where = {"-": "standard output", "None": "The window"}.get(str(output), output)
    click.echo(
        f"{where}: {counted(summary.frame_count, 'frame')}, the first after "
        f"{summary.first_frame_s:.2f} s; {summary.dropped} dropped, {summary.late} late.",
        err=True,
    )


def _nothing() -> None:
    """What is written goes on when the window is closed."""
