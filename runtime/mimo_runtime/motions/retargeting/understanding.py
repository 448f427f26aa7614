"""How a motion file was understood, in words for one line."""

from fractions import Fraction

from mimo_runtime.motions.retargeting.retarget import Retargeted

_UNITS = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254,
          "feet": 0.3048, "decimetres": 0.1}  # fmt: skip
_AS_LARGE = 1.35


def rate_words(rate_fps: Fraction) -> str:
    """ "29.97 frames a second"."""
    return f"{float(rate_fps):.6g} frames a second"


def unit_words(unit_m: float) -> str:
    """The unit of length in which a person is about as large as a grown-up."""
    name = min(_UNITS, key=lambda unit: max(unit_m / _UNITS[unit], _UNITS[unit] / unit_m))
    near = max(unit_m / _UNITS[name], _UNITS[name] / unit_m) < _AS_LARGE
    return name if near else f"units of {unit_m:.3g} m"


def world_words(retargeted: Retargeted) -> str:
    """ "z up"."""
    return f"{retargeted.axes.up} up"
