"""The optimisations of the denoiser in torch, each a named switch with its class."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal, Self

from mimo_runtime.errors import InvalidRequestError

Exactness = Literal["exact", "rounding", "approximate"]

_NEEDS = {
    "cached_reference": ("unconditional_once",),
    "packed_qkv": ("cached_reference",),
    "reference_kernel": ("cached_reference",),
    "folded_positions": ("packed_qkv", "temporal_kernel"),
}
_OF_A_BUNDLE = (
    "unconditional_once",
    "cached_reference",
    "vector_cross",
    "condition_map",
    "time_rows",
)
_ROUNDING = ("condition_map", "reference_kernel", "temporal_kernel", "folded_positions")


@dataclass(frozen=True, slots=True)
class Switches:
    """Which optimisations are on; with all off the denoiser is computed as the official code does.

    Exact ones do the same arithmetic on the same numbers, leaving some out whose result is known;
    only the order of a sum may differ. Rounding ones compute the same function with other
    intermediate roundings, which shows in fp16. There is no approximate one.

    Attributes:
        unconditional_once: exact. The unconditional rows are computed once, without the reference;
            the official code computes them with it first.
        cached_reference: exact. K and V of the reference are projected once per character.
        vector_cross: exact. Attention to the one CLIP token is that token's value.
        condition_map: rounding. Background half of `conv_in`, its bias and the pose are one map
            per frame.
        time_rows: exact. What the resnets add for a timestep is a row of a table.
        channels_last: exact. Maps lie as [rows, h, w, channels], which tokens are already.
        packed_qkv: exact. Queries, keys and values of an attention come from one matrix product.
        reference_kernel: rounding. Own and reference keys are walked by one kernel, nothing
            concatenated.
        temporal_kernel: rounding. Attention over frames reads rows that are frames, nothing
            transposed.
        folded_positions: rounding. Positions are added to q, k and v by that kernel, already
            projected, and not to the tokens.
        fused_step: exact. Guidance and solver step are one kernel over all latents.
        cuda_graph: exact. A pass is recorded once and replayed.
    """

    unconditional_once: bool = False
    cached_reference: bool = False
    vector_cross: bool = False
    condition_map: bool = False
    time_rows: bool = False
    channels_last: bool = False
    packed_qkv: bool = False
    reference_kernel: bool = False
    temporal_kernel: bool = False
    folded_positions: bool = False
    fused_step: bool = False
    cuda_graph: bool = False

    def __post_init__(self) -> None:
        """Raise InvalidRequestError for a switch without what it builds on."""
        for name, needed in _NEEDS.items():
            for other in needed:
                if getattr(self, name) and not getattr(self, other):
                    raise InvalidRequestError(f"The switch {name} needs {other}; turn it on too.")

    @classmethod
    def every(cls) -> Self:
        """All on."""
        return cls(**dict.fromkeys(names(), True))

    @classmethod
    def exact(cls) -> Self:
        """All of class exact on."""
        return cls(**{name: class_of(name) == "exact" for name in names()})

    @property
    def schedule(self) -> bool:
        """Whether everything that the official code computes again is computed once."""
        return all(getattr(self, name) for name in _OF_A_BUNDLE if name != "condition_map")

    @classmethod
    def of_a_bundle(cls) -> Self:
        """Those that a bundle's components are made with, and no other."""
        return cls(**dict.fromkeys(_OF_A_BUNDLE, True))

    def fit_a_bundle(self) -> None:
        """Refuse switches that a bundle's components cannot do without.

        Raises:
            InvalidRequestError: naming the first.
        """
        for name in _OF_A_BUNDLE:
            if not getattr(self, name):
                raise InvalidRequestError(
                    f"The components of a bundle are made with {name}; it cannot be turned off."
                )


def names() -> tuple[str, ...]:
    """Every switch, each after what it builds on."""
    return tuple(field.name for field in fields(Switches))


def class_of(name: str) -> Exactness:
    """The class of a switch."""
    return "rounding" if name in _ROUNDING else "exact"


def waterfall() -> Iterator[tuple[str, Switches]]:
    """No switch, then one more at a time, each with the name of the newest."""
    switches = Switches()
    yield "official", switches
    for name in names():
        switches = replace(switches, **{name: True})
        yield name, switches
