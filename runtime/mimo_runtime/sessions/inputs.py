"""The inputs that one session can receive, and how large each may be."""

from dataclasses import dataclass, field

from mimo_runtime.errors import LimitExceededError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.wire.kinds import InputKind

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class InputLimits:
    """The largest inputs of one session, checked as the bytes arrive; `media` once they are in.

    `max_work_px` bounds what may be asked for with them (`synthesis.work_limit`): about 13000
    frames of 784x784 in 25 steps.
    """

    max_picture_bytes: int = 64 * MIB
    max_config_bytes: int = 64 * 1024
    max_total_bytes: int = 2048 * MIB
    max_work_px: float = 200e9
    media: MediaLimits = field(default_factory=MediaLimits)

    def max_bytes(self, kind: InputKind) -> int:
        """The largest file of one kind, in bytes."""
        if kind.is_video or kind in (InputKind.DRIVING, InputKind.MOTION_FILE):
            return self.media.max_file_bytes
        if kind in (InputKind.TEMPLATE_CONFIG, InputKind.CHARACTER_RECORD):
            return self.max_config_bytes
        return self.max_picture_bytes

    def check(self, kind: InputKind, size_bytes: int) -> None:
        """Check the size of one file.

        Raises:
            LimitExceededError: it is larger than allowed.
        """
        if size_bytes > self.max_bytes(kind):
            raise LimitExceededError(
                f"The input '{kind.value}' has {size_bytes} bytes, more than the "
                f"{self.max_bytes(kind)} that this server accepts; send a smaller file."
            )
