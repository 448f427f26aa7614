"""How much a server keeps for jobs, and for how long."""

import math
from dataclasses import dataclass

from mimo_runtime.errors import InvalidRequestError

MAX_PRIORITY = 100
MAX_ATTEMPTS = 3  # in a row, of a job that loses its server or engine before it got any further


@dataclass(frozen=True, slots=True)
class JobLimits:
    """Bounds of a state folder; docs/serving.md tells what each is for.

    Raises:
        InvalidRequestError: a number is not above 0.
    """

    max_stored_bytes: int = 64 << 30
    max_stored_bytes_per_caller: int = 16 << 30
    asset_ttl_s: float = 86_400.0
    job_ttl_s: float = 604_800.0
    max_jobs: int = 10_000
    max_jobs_per_caller: int = 1000
    max_kept_frame_bytes: int = 4 << 30

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidRequestError(
                    f"{name} is {getattr(self, name)}; give a number above 0."
                )
