"""What the media of a synthesis take of memory: rings, decoders, kept frames, composition."""

from mimo_runtime.media.reader import BATCH_FRAMES, slot_frames
from mimo_runtime.media.ring import RING_SLOTS
from mimo_runtime.synthesis.clip_frames import KEPT_BYTES, KEPT_FRAMES
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.templates.folder import MOTION, SCENE, Template

_PROCESSES_BYTES = 200 << 20  # what decoding processes and encoder hold whatever the size
_DECODER_BYTES_PER_PX = 40  # 16 references of 1.5 bytes, a frame for each thread, conversion
_COMPOSITION_BYTES_PER_PX = 130  # layers and their mixtures in float64, as official
_OUTPUT_BYTES_PER_PX = 40  # two slots of the ring, the encoder's pictures, a frame in flight
_LAYERS_BYTES_PER_PX = 200  # layers in flight, and the float32 pictures that they become
_CHARACTER_BYTES_PER_PX = 64  # indices of the matted levels, float32 layers of a cut-out


def media_bytes(request: SynthesisRequest) -> int:
    """The most that reading, composing and encoding one request take at a time."""
    template = request.template
    frame_px = template.width_px * template.height_px
    per_px = _COMPOSITION_BYTES_PER_PX + _OUTPUT_BYTES_PER_PX
    streams = sum(_stream_bytes(template, name) for name in template.streams)
    if request.layers:
        per_px += _LAYERS_BYTES_PER_PX
        streams += len(template.streams) * _reader_bytes(template)
    return _PROCESSES_BYTES + streams + frame_px * per_px + character_bytes(request)


def character_bytes(request: SynthesisRequest) -> int:
    """What the character's picture takes while it is matted, cut out and made square."""
    height_px, width_px = map(int, request.character.shape[:2])
    square_bytes: int = 3 * max(height_px, width_px) ** 2
    return _CHARACTER_BYTES_PER_PX * height_px * width_px + square_bytes


def _stream_bytes(template: Template, name: str) -> int:
    """One stream: the frames that are kept, and its decoders, two where not all are kept."""
    frame_px = template.width_px * template.height_px
    frame_bytes = 3 * frame_px
    kept = 0
    if name in (MOTION, SCENE):
        kept = min(template.frame_count, KEPT_FRAMES, KEPT_BYTES // frame_bytes)
    readers = 1 if kept == template.frame_count else 2
    return kept * frame_bytes + readers * _reader_bytes(template)


def _reader_bytes(template: Template) -> int:
    """One decoder with its ring."""
    frame_px = template.width_px * template.height_px
    frames = slot_frames(BATCH_FRAMES, template.width_px, template.height_px)
    return RING_SLOTS * frames * 3 * frame_px + _DECODER_BYTES_PER_PX * frame_px
