"""What this process accepts from outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Bounds on one picture or clip; sizes are read from headers before anything is decoded.

    A picture has sides of `max_picture_side_px` at most, the longer at most `max_picture_aspect`
    times the other. One of more than `reduced_picture_px` pixels, or with a side of more than
    `reduced_side_px`, is reduced to so many while it is decoded: the square around it stays small.
    `decode_timeout_s` bounds the time spent waiting for the decoder over the whole clip; time in
    which the decoder waits for the reader does not count. `decode_memory_bytes` is the address
    space that the decoder may add to what its process starts with (not enforced for CUDA, which
    reserves more address space than a machine has memory).
    """

    max_file_bytes: int = 512 << 20
    max_picture_px: int = 268_435_456
    max_picture_side_px: int = 32_768
    max_picture_aspect: float = 16.0
    reduced_picture_px: int = 16_777_216
    reduced_side_px: int = 8_192
    max_width_px: int = 4096
    max_height_px: int = 4096
    max_frames: int = 90_000
    decode_timeout_s: float = 120.0
    decode_memory_bytes: int = 2 << 30
