"""A fragmented MP4 made into a plain one."""

from contextlib import closing, nullcontext
from pathlib import Path

import av

from mimo_runtime.media.sound import Sound
from mimo_runtime.media.sound_track import SoundTrack


def remux(fragmented: Path, plain: Path, sound: Sound | None = None) -> None:
    """Copy the packets of a fragmented MP4 into a plain one with its index at the front.

    `sound` is heard with it from the first frame on. Raises what its decoder raises.
    """
    options = {"movflags": "faststart"}
    with (
        av.open(str(fragmented)) as source,
        av.open(str(plain), "w", format="mp4", container_options=options) as target,
    ):
        target.metadata.update(source.metadata)  # the note
        stream = target.add_stream_from_template(source.streams.video[0])
        track = None if sound is None else SoundTrack(target, sound)
        with closing(track) if track else nullcontext():
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    if track and packet.time_base:
                        track.write_until(packet.dts * packet.time_base)
                    packet.stream = stream
                    target.mux(packet)
            if track:
                track.finish()
