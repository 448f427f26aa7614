"""The limits of a server as options of its command: one row each, defaults from where they live."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

STREAMS: Final[Mapping[str, str]] = {
    "max_live": "Live streams that are at work.",
    "max_places_per_host": "Streams of one host at work or waiting together; 0: no bound.",
    "max_streams": "Streams that are open, those that send or read included.",
    "max_streams_per_host": "Of them from one host.",
    "max_watches": "Open streams of health and reflection.",
    "max_streams_per_connection": "Streams of one connection; more wait in the client.",
    "max_connections": "Open connections.",
    "idle_timeout_s": "How long a client may neither send nor read where it has to.",
    "upload_timeout_s": "How long the inputs of one stream may take.",
    "min_send_bytes_per_s": "The slowest that inputs may come for long.",
    "min_read_bytes_per_s": "The slowest that a result may be read for long.",
    "max_unread_bytes": "Result of one stream that is kept on disk for a slow reader.",
    "progress_interval_s": "How often a stream that waits is told its position.",
    "min_ping_interval_s": "How often a client may ping its connection.",
    "max_resume_s": "How long a live stream waits for a client whose connection was cut.",
    "drain_s": "How long streams at work may go on when the server is to end.",
}
INPUTS: Final[Mapping[str, str]] = {
    "max_picture_bytes": "File of one picture.",
    "max_config_bytes": "File of config.json.",
    "max_total_bytes": "All inputs of one stream.",
    "max_work_px": "Work of one stream: frames x (steps x bundle's pixels + frame's pixels).",
}
MEDIA: Final[Mapping[str, str]] = {
    "max_file_bytes": "File of one video.",
    "max_picture_px": "Pixels of one picture.",
    "max_picture_side_px": "Longer side of a picture.",
    "max_picture_aspect": "Longer to shorter side of a picture.",
    "reduced_picture_px": "Pixels beyond which a picture is reduced while it is decoded.",
    "reduced_side_px": "Side beyond which a picture is reduced while it is decoded.",
    "max_width_px": "Width of a video.",
    "max_height_px": "Height of a video.",
    "max_frames": "Frames of a video, and of a result.",
    "decode_timeout_s": "Waiting for one file's decoder, altogether.",
    "decode_memory_bytes": "Memory that the decoder of one file may take.",
}
JOBS: Final[Mapping[str, str]] = {
    "max_stored_bytes": "Assets and results that are kept, altogether.",
    "max_stored_bytes_per_caller": "Of them of one caller.",
    "asset_ttl_s": "How long an asset that nobody uses is kept.",
    "job_ttl_s": "How long a job that has ended and its result are kept.",
    "max_jobs": "Jobs that wait or run, of all callers.",
    "max_jobs_per_caller": "Of them of one caller.",
    "max_kept_frame_bytes": "Finished frames of one job at work that are kept to go on from.",
}


def limit_options(command: Command) -> Command:
    """An option for each limit; one that is not given keeps the default of its class."""
    for name, text in reversed([*STREAMS.items(), *JOBS.items(), *INPUTS.items(), *MEDIA.items()]):
        default = defaults()[name]
        option = click.option(
            f"--{name.replace('_', '-')}",
            type=type(default),
            help=f"{text}  [default: {default:.12g}]",
        )
        command = option(command)
    return command


def defaults() -> dict[str, Any]:
    """The default of every limit by its name."""
    from mimo_runtime.jobs.limits import JobLimits
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.serving.options import ServerOptions
    from mimo_runtime.sessions.inputs import InputLimits

    owners = (
        (ServerOptions, STREAMS), (JobLimits, JOBS), (InputLimits, INPUTS), (MediaLimits, MEDIA),
    )  # fmt: skip
    return {
        each.name: each.default
        for owner, names in owners
        for each in fields(owner)
        if each.name in names
    }


def limits_from(given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The `InputLimits`, and what else `ServerOptions` takes of limits, taken out of `given`."""
    from mimo_runtime.jobs.limits import JobLimits
    from mimo_runtime.media.limits import MediaLimits
    from mimo_runtime.sessions.inputs import InputLimits

    media, inputs, jobs, streams = (
        {name: value for name in names if (value := given.pop(name)) is not None}
        for names in (MEDIA, INPUTS, JOBS, STREAMS)
    )
    limits = InputLimits(media=MediaLimits(**media), **inputs)
    return limits, streams | {"jobs": JobLimits(**jobs)}
