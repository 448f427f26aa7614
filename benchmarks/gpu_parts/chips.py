"""What a chip can do at most: published or measured rates, from which floors follow."""

from dataclasses import dataclass

import torch

_EXPS_PER_CLOCK = 16  # of a multiprocessor, CUDA programming guide, compute capability 8 to 12
_BOOST_HZ = 1.755e9  # H200 under load


@dataclass(frozen=True, slots=True)
class Rates:
    """Dense half-precision matrix products, device memory and exponentials, per second."""

    flop_per_s: float
    bytes_per_s: float
    exps_per_s: float


def rates_of(device: torch.device, measured: Rates) -> Rates:
    """The rates of a chip: known ones of an H200, else those `measured` in the same run."""
    if "H200" in torch.cuda.get_device_name(device):
        return Rates(790e12, 4.3e12, exp_rate(device))
    return measured


def exp_rate(device: torch.device) -> float:
    """Exponentials per second of all multiprocessors."""
    count = torch.cuda.get_device_properties(device).multi_processor_count
    return _EXPS_PER_CLOCK * count * _BOOST_HZ
