"""How a motion file is seen."""

from dataclasses import dataclass

from mimo_runtime.errors import InvalidRequestError

MAX_VIEW_FPS = 240
MIN_VIEW_PX, MAX_VIEW_PX = 16, 4096


@dataclass(frozen=True, slots=True)
class MotionView:
    """`camera` as `mimo motion --camera` has it; the size and the rate of the frames.

    Raises:
        InvalidRequestError: a size or rate that cannot be drawn.
    """

    camera: str = "front"
    width_px: int = 512
    height_px: int = 512
    fps: int = 30

    def __post_init__(self) -> None:
        for side in (self.width_px, self.height_px):
            if not MIN_VIEW_PX <= side <= MAX_VIEW_PX:
                raise InvalidRequestError(
                    f"The motion's frames are {self.width_px}x{self.height_px} px; give sides of "
                    f"{MIN_VIEW_PX} to {MAX_VIEW_PX}."
                )
        if not 1 <= self.fps <= MAX_VIEW_FPS:
            raise InvalidRequestError(
                f"The motion's rate is {self.fps} a second; give 1 to {MAX_VIEW_FPS}."
            )
