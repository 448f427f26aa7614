"""Another scene for a running live stream, read while it goes on."""

import threading
from collections.abc import Callable
from pathlib import Path

from mimo_runtime.errors import MimoError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.synthesis.live_request import read_scene


def exchange_scene(
    stream: LiveStream, picture: Path, limits: MediaLimits, wake: Callable[[], None]
) -> None:
    """Read `picture` in a thread and give it to `stream`; what is wrong with it ends the stream."""

    def work() -> None:
        size_px = stream.output.width_px, stream.output.height_px
        try:
            stream.exchange_scene(read_scene(picture, size_px, limits, stream.token))
        except MimoError as error:
            stream.token.cancel(error)
        wake()

    threading.Thread(target=work, name="mimo-scene", daemon=True).start()
