"""Frames a second: what a rounded frame time meant, and what a user gives."""

from decimal import Decimal
from fractions import Fraction

from mimo_runtime.errors import InvalidRequestError

MAX_FPS = 1000
_USUAL = (24, 25, 30, 48, 50, 60, 72, 75, 90, 100, 120, 144, 150, 200, 240)
_NTSC = Fraction(1000, 1001)
_NEAR = 1e-3  # of a rate: files round the frame time


def rate_of_frame_time(text: str) -> Fraction:
    """The rate meant by a frame time in seconds as it is printed, a number above 0.

    The usual rate whose frame time rounds to the same digits ("0.033" is 30, "0.0167" is 60, but
    "0.040" is 25 and "0.01668" is 60000/1001), else the whole rate within 0.1 %, else the number
    itself.
    """
    seconds = Decimal(text)
    exact = 1 / Fraction(seconds)
    step = Decimal(1).scaleb(int(seconds.as_tuple().exponent))
    for rate in (*map(Fraction, _USUAL), *(rate * _NTSC for rate in _USUAL)):
        printed = (Decimal(rate.denominator) / rate.numerator).quantize(step)
        if printed == seconds and abs(rate - exact) < exact / 40:
            return rate
    rounded = round(exact)
    if abs(rounded - exact) < _NEAR * exact / 2 and rounded:
        return Fraction(rounded)
    ntsc = round(exact / _NTSC) * _NTSC
    return ntsc if abs(ntsc - exact) < 1e-4 * exact else exact.limit_denominator(1001)


def parse_rate(text: str) -> Fraction:
    """A rate that a user gives: "30", "59.94" or "30000/1001".

    Raises InvalidRequestError unless it is above 0 and at most `MAX_FPS`.
    """
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= MAX_FPS:
        raise InvalidRequestError(
            f"The rate '{text}' is no number of frames a second up to {MAX_FPS}; give for "
            "instance 30, 59.94 or 30000/1001."
        )
    return named_rate(rate)


def named_rate(rate: Fraction) -> Fraction:
    """59.94 is 60000/1001 and 29.999 is 30; other rates as they are."""
    rounded = round(rate)
    for usual in (Fraction(rounded), rounded * _NTSC):
        if usual and abs(usual - rate) < Fraction(1, 10_000) * rate:
            return usual
    return rate.limit_denominator(1001)
