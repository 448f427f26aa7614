"""One segment of a shot, written so that a killed worker does no harm and a second one neither."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from mimo_runtime.delivery.layer_file import write_layers
from mimo_runtime.farm.shot_folder import ShotFolder
from mimo_runtime.files import file_hash, publish, write_errors, write_whole
from mimo_runtime.media.picture import encode_png
from mimo_runtime.media.sound import Sound, write_wav
from mimo_runtime.provenance.recipe import note_of
from mimo_runtime.synthesis.frame_layers import FrameLayers
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.work_folder import work_folder


def keep_sound(folder: ShotFolder, sound: Sound | None) -> None:
    """Write what is heard with all frames of the shot, unless it is there or there is nothing.

    Done before a segment, so that whoever stitches finds it.

    Raises:
        ResourceError, InvalidRequestError: it cannot be written.
        MediaError: it is damaged after all.
    """
    if sound is None or folder.sound_file.is_file():
        return
    with work_folder(folder.path) as work, write_errors(folder.sound_file):
        written = work / folder.sound_file.name
        write_wav(written, sound)
        publish(written, folder.sound_file)


def _publish_layers(path: Path, layers: FrameLayers, work: Path) -> str:
    """Write the layers of a frame; gives back their SHA-256."""
    written = work / path.name
    write_layers(written, layers)
    sha256 = file_hash(written)
    with write_errors(path):
        publish(written, path)
    return sha256


def write_segment(folder: ShotFolder, frames: range, made: Iterable[OutputFrame]) -> None:
    """Write every frame of a segment as it comes, then say that it is finished.

    A frame has its name only when all of it is on the disk, and workers that make the same one
    write the same bytes. What `made` raises ends it; whole frames stay and are written again.

    Raises:
        ResourceError: the disk is full.
        InvalidRequestError: the folder cannot be written.
    """
    hashes: dict[str, str] = {}
    note = note_of(folder.shot.recipe)
    with work_folder(folder.path) as work:
        for frame in made:
            data = encode_png(frame.rgb, note)
            path = folder.frame_file(frame.index)
            with write_errors(path):
                write_whole(path, data, work)
            hashes[path.name] = hashlib.sha256(data).hexdigest()
            if frame.layers is not None:
                layers = folder.layer_file(frame.index)
                hashes[layers.name] = _publish_layers(layers, frame.layers, work)
        folder.finish_segment(frames, hashes, work)
