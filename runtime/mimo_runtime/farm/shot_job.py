"""The job of a shot file, of which everything is known that can be before a scheduler has it."""

from pathlib import Path

from mimo_runtime.delivery.colour import check_space
from mimo_runtime.delivery.delivery import DELIVERY, Delivery
from mimo_runtime.delivery.feasibility import check_contradictions
from mimo_runtime.delivery.plate_frames import check_plate
from mimo_runtime.farm.shot_file import ShotFile, read_shot
from mimo_runtime.farm.shot_frames import frames_of
from mimo_runtime.farm.steps import JobStep, ends_when_decomposed, shot_steps


def read_job(path: Path) -> tuple[ShotFile, tuple[JobStep, ...]]:
    """A shot file and the steps that make it.

    Raises:
        InvalidRequestError, MediaError, TemplateError, BundleError: something of it is wrong, or
            its result could not be made of its frames.
    """
    shot = read_shot(path)
    frames = frames_of(shot)
    delivery = Delivery.of({name: shot.options.get(name) for name in DELIVERY}, shot.first_frame)
    check_result(shot.result, delivery)
    if delivery.plate is not None and not ends_when_decomposed(shot):
        check_plate(delivery.plate, frames)
    return shot, shot_steps(shot, frames)


def check_result(result: Path, delivery: Delivery) -> None:
    """Refuse what no machine could make `result`, by no library; before its frames are rendered.

    Raises InvalidRequestError.
    """
    check_contradictions(result, delivery)
    check_space(delivery.space, delivery.ocio)
    if delivery.plate is not None:
        check_space(delivery.plate.space, delivery.ocio)
