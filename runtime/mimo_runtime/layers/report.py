"""What was done with a clip, and what failed, in numbers and sentences."""

from collections import Counter
from dataclasses import dataclass

from mimo_runtime.layers.camera.motion import CameraMotion
from mimo_runtime.layers.plate.plate import PlateFacts, frames_said
from mimo_runtime.layers.separation import LayerFrame
from mimo_runtime.layers.tuning import TUNING


@dataclass(frozen=True, slots=True)
class LayerReport:
    """The outcome of `Separation.layers`.

    `occluded`: frames in which something is in front of the person; `reasons`: in how many of them
    it was taken for what. `doubtful` of them are little sure. `shaded`: frames in which a shadow
    was taken out. `static`: the camera does not move. `camera`: sentences about it. `misfit`: mean
    share of the picture that is not like the plate, 0..1.
    """

    frames: int
    occluded: int
    doubtful: int
    shaded: int
    static: bool
    misfit: float
    reasons: tuple[tuple[str, int], ...]
    plates: tuple[PlateFacts, ...]
    camera: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it for people to read."""
        sentences = [*self.camera, *(plate.sentence for plate in self.plates)]
        still = [plate for plate in self.plates if plate.uncovered < TUNING.hardly_uncovered]
        sentences += [_stands_still(plate) for plate in still]
        if self.misfit > TUNING.misfit:
            sentences.append(
                f"{self.misfit:.0%} of the picture is not like what was put together of the scene: "
                "it moves by itself, or the frames could not be aligned well."
            )
        sentences.append(_occlusions(self))
        return tuple(sentences)


class LayerSummary:
    """Gathers a report from frames given one by one."""

    def __init__(self, camera: CameraMotion) -> None:
        self._camera = camera
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._plates: list[PlateFacts] = []
        self._misfit = 0.0

    def add(self, frame: LayerFrame) -> None:
        """Take one more frame into account."""
        occluded = bool(frame.occlusion.reasons)
        self._counts["frames"] += 1
        self._counts["occluded"] += occluded
        self._counts["doubtful"] += (
            occluded and frame.occlusion.confidence < TUNING.doubtful_confidence
        )
        self._counts["shaded"] += bool(frame.shadow.any())
        self._misfit += frame.misfit
        self._reasons.update(frame.occlusion.reasons)
        if not self._plates or self._plates[-1] != frame.plate:
            self._plates.append(frame.plate)

    def report(self) -> LayerReport:
        """What was gathered so far."""
        return LayerReport(
            frames=self._counts["frames"],
            occluded=self._counts["occluded"],
            doubtful=self._counts["doubtful"],
            shaded=self._counts["shaded"],
            static=self._camera.static,
            misfit=self._misfit / max(1, self._counts["frames"]),
            reasons=tuple(sorted(self._reasons.items())),
            plates=tuple(self._plates),
            camera=self._camera.sentences,
        )


def _stands_still(plate: PlateFacts) -> str:
    frames = frames_said(plate.segment.first, plate.segment.last)
    return (
        f"The person hardly leaves its place in {frames}: "
        "its shadow cannot be told from the ground and may remain."
    )


def _occlusions(report: LayerReport) -> str:
    if not report.occluded:
        return "Nothing was found in front of the person."
    what = ", ".join(f"{name} ({count})" for name, count in report.reasons)
    doubt = f"; {report.doubtful} of them are doubtful" if report.doubtful else ""
    return f"In {report.occluded} of {report.frames} frames something is in front: {what}{doubt}."
