"""What a plan depends on: when any of it changes, the plan is another one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

SCHEMA = 1
TENSORRT = "tensorrt"
TENSORRT_RTX = "tensorrt-rtx"
ENGINES = (TENSORRT, TENSORRT_RTX)
PRECISIONS = ("fp16", "bf16", "fp8")  # in the order in which one is preferred where none is named
_SHOWN_HEX = 12

Option = bool | int | str


@dataclass(frozen=True, slots=True)
class PlanKey:
    """Everything that decides the bytes of a plan.

    `arch` is the GPU's compute capability, such as sm_90; `bundle_digest` is `Bundle.digest`,
    which covers every ONNX file and the weights; `options` are the builder's settings;
    `kernels_digest` and `triton_version` are empty where no kernel of ours is inside.
    """

    engine: str
    engine_version: str
    arch: str
    precision: str
    bundle_digest: str
    options: Mapping[str, Option]
    kernels_digest: str = ""
    triton_version: str = ""
    schema: int = field(default=SCHEMA)

    def digest(self) -> str:
        """SHA-256 over all fields, in hex."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def folder_name(self) -> str:
        """Name of the plan's folder: readable first, then enough of the digest."""
        return f"{self.engine}-{self.arch}-{self.precision}-{self.digest()[:_SHOWN_HEX]}"
