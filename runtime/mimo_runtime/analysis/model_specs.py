"""What a network has to take and give to fill a slot of the analysis.

Every network takes one picture: [1, height, width, 3] or [1, 3, height, width], RGB. Integer
inputs get levels 0..255, float32 inputs `(level / 255 - mean) / std` with the mean and std of the
user's choice (0 and 1 where none are given, those of ImageNet for depth). Sizes are the file's,
or `size_px` of the choice where the file leaves them open; with all of them open, that of the
channels too, they are taken to be [1, 3, height, width]. Other inputs are not supported.

| slot | output | shape | what |
|---|---|---|---|
| people | first | [1, n, 56] | per person 17 x (y, x, score) in COCO order, then the box (top, left, bottom, right) and its score, all in 0..1 of the picture: the layout of MoveNet MultiPose |
| body | `landmarks` | [1, 195] | 39 x (x, y, z, visibility, presence) in input px, the last two as logits; the first 33 are BlazePose's |
| | `presence` | [1, 1] | 0..1, how sure it is that there is a person |
| | `mask` | [1, height, width, 1] | logits, positive on the person in the middle |
| | `world` | [1, 117] | 39 x (x, y, z) in m from the middle of the hips; x to the right, y down, z away |
| matte | first | one plane | 0..1, 1 on people (`"meaning": "logits"` for logits) |
| depth | first | one plane | larger is nearer, as MiDaS and Depth-Anything give (`"meaning": "distance"` where larger is farther) |

"One plane" is any shape whose sizes other than height and width are 1, in this order.
"""  # noqa: E501

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PEOPLE: Final = "people"
BODY: Final = "body"
MATTE: Final = "matte"
DEPTH: Final = "depth"

PROBABILITY: Final = "probability"
LOGITS: Final = "logits"
INVERSE_DEPTH: Final = "inverse_depth"
DISTANCE: Final = "distance"

PLANE: Final = "plane"
Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What fills one slot.

    `outputs` maps names to shapes, None for any size; the name "" is the first output, the shape
    `PLANE` one plane. `meanings` are those a choice may state, the first is the default; `mean`
    and `std` apply where a choice states none.
    """

    outputs: Mapping[str, Shape | str]
    meanings: tuple[str, ...] = ()
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)


CONTRACTS: Final[Mapping[str, ModelSpec]] = {
    PEOPLE: ModelSpec({"": (1, None, 56)}),
    BODY: ModelSpec(
        {"landmarks": (1, 195), "presence": (1, 1), "mask": PLANE, "world": (1, 117)},
    ),
    MATTE: ModelSpec({"": PLANE}, (PROBABILITY, LOGITS)),
    DEPTH: ModelSpec(
        {"": PLANE}, (INVERSE_DEPTH, DISTANCE), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    ),
}
