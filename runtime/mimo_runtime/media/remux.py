"""A fragmented MP4 made into a plain one."""

from pathlib import Path

import av


def remux(fragmented: Path, plain: Path) -> None:
    """Copy the packets of a fragmented MP4 into a plain one with its index at the front."""
    options = {"movflags": "faststart"}
    with (
        av.open(str(fragmented)) as source,
        av.open(str(plain), "w", format="mp4", container_options=options) as target,
    ):
        target.metadata.update(source.metadata)  # the note
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
