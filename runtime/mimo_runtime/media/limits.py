"""What this process accepts from outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Bounds on one picture or clip; sizes are read from headers before anything is decoded.

    A picture of more than `reduced_picture_px` pixels is reduced to so many while it is decoded.
    `decode_timeout_s` bounds the time spent waiting for the decoder over the whole clip; time in
    which the decoder waits for the reader does not count. `decode_memory_bytes` is the address
    space that the decoder may add to what its process starts with (not enforced for CUDA, which
    reserves more address space than a machine has memory).
    """

    max_file_bytes: int = 512 << 20
    max_picture_px: int = 268_435_456
    reduced_picture_px: int = 16_777_216
    max_width_px: int = 4096
    max_height_px: int = 4096
    max_frames: int = 90_000
    decode_timeout_s: float = 120.0
    decode_memory_bytes: int = 2 << 30
