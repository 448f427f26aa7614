"""Postures, played to a server."""

import threading
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import click

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.cli.live_changes import ChangeSender
from mimo_runtime.cli.live_sinks import LiveSink
from mimo_runtime.cli.live_sources import PoseSource
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.jobs import prepared_assets
from mimo_runtime.client.live import LiveCall, open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.errors import InvalidRequestError, MimoError
from mimo_runtime.wire.live import LiveSettings, PictureFormat, QueuePolicy
from mimo_runtime.wire.live_change import LiveChange
from mimo_runtime.wire.settings import Settings

_QUALITY = 95  # of JPEG, which is encoded once more
_SETTINGS = ("steps", "guidance", "seed", "solver", "step_table", "guidance_interval")


@dataclass(frozen=True, slots=True)
class LivePlay:
    """All that is decided before a server is asked.

    Once `stop` is set no more postures are sent, and the stream ends well with the frames of those
    that were.
    """

    server: str
    pictures: LivePictures
    settings: LiveSettings
    source: PoseSource
    credits: int
    tls_root: Path | None
    prepared: tuple[str, ...] = ()
    changes: tuple[LiveChange, ...] = ()
    resume_s: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def rate_fps(self) -> Fraction:
        """Postures a second."""
        return self.settings.rate_fps

    def run(self, sink: LiveSink) -> pb.LiveSummary:
        """Play all of it; the server's summary.

        Raises:
            MimoError: why the stream ended early.
        """
        quality = _QUALITY if sink.picture is PictureFormat.JPEG else 0
        with open_live(
            self.server, self._pictures(), self.settings,
            picture=sink.picture, quality=quality, credits=self.credits, resume_s=self.resume_s,
            tls_root=self.tls_root,
        ) as call:  # fmt: skip
            for reason in call.ready.reasons:
                click.echo(reason, err=True)
            sink.begin(call.ready.width_px, call.ready.height_px)
            told, tail, changes = "", b"", ChangeSender(call, self.changes)
            player = threading.Thread(target=self._play, args=(call,), daemon=True)
            player.start()
            for event in call.events():
                if isinstance(event, pb.LiveFrame):
                    sink.write(event.pose_index, event.data)
                elif isinstance(event, pb.LiveState):
                    click.echo(event.sentence, err=True)
                elif isinstance(event, pb.LiveDriven) and event.sentence != told:
                    told = event.sentence
                    click.echo(told, err=True)
                elif isinstance(event, pb.LiveApplied):
                    changes.answered(event)
                elif isinstance(event, pb.LiveTail):
                    tail += event.data
                elif isinstance(event, pb.LiveSummary):
                    changes.ended()
                    sink.finish(tail)
                    return event
        raise MimoError("The stream ended without a summary; try again.")

    def _pictures(self) -> LivePictures:
        """What is sent, and what of prepared things is named instead."""
        if not self.prepared:
            return self.pictures
        with Connection(self.server, self.tls_root) as connection:
            named = [prepared_assets(connection, job_id) for job_id in self.prepared]
        return self.pictures.with_prepared(chain.from_iterable(named))

    def _play(self, call: LiveCall) -> None:
        """Send every posture, or encoded frame, at its time."""
        for frame in self.source.play():
            if self.stop.is_set():
                break
            if self.settings.policy is QueuePolicy.LIVE:
                call.send(frame)
            elif not call.send_in_turn(frame):
                return
        call.end()


def prepare_play(options: dict[str, Any], source: PoseSource) -> LivePlay:
    """The play of `source` with the settings of a command's options.

    Raises:
        InvalidRequestError: an option cannot be used.
    """
    latency_ms, prepared = options["latency_ms"], options.get("prepared", ())
    for name in ("character", "scene"):
        if options[name] is None and not prepared:
            raise InvalidRequestError(
                f"There is no picture of the {name}; give --{name}, or --prepared to 'mimo live'."
            )
    settings = LiveSettings(
        rate_fps=source.rate_fps,
        camera=source.camera,
        latency_s=None if latency_ms is None else latency_ms / 1000,
        policy=QueuePolicy(options["policy"]),
        shape=source.shape,
        driving=source.driving,
        settings=Settings(**{name: options[name] for name in _SETTINGS}),
    )
    pictures = LivePictures(options["character"], options["scene"], options["matte"])
    return LivePlay(
        options["server"], pictures, settings, source, options["credits"], options["tls_root"],
        prepared,
    )  # fmt: skip
