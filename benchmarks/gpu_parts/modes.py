"""Section f: frames per second and time to the first frame, added up from what was measured."""

from dataclasses import dataclass

from benchmarks.gpu_parts.other_networks import EAGER, FAST
from benchmarks.gpu_parts.passes import ALL, OFFICIAL, UNGUIDED, row_of
from benchmarks.gpu_parts.report import Section
from benchmarks.gpu_parts.sizes import Size

FORMULA = (
    "window = guided x guided step + unguided x unguided step + frames x (encode + condition + "
    "decode); frames per second = frames / window; first frame = window - (frames - 1) x decode. "
    "The character's own networks ran before."
)


@dataclass(frozen=True, slots=True)
class Mode:
    """Steps with and without guidance, and which measured version of step and networks."""

    name: str
    guided: int
    unguided: int
    step: str
    networks: str


MODES = (
    Mode("official: 25 guided steps, eager", 25, 0, OFFICIAL, EAGER),
    Mode("25 guided steps", 25, 0, ALL, FAST),
    Mode("8 steps, guidance on 3", 3, 5, ALL, FAST),
)


def modes(sizes: tuple[Size, ...], passes: Section, others: Section) -> Section:
    """One row per size and mode whose parts were all measured."""
    section = Section("Modes, one window", notes=[FORMULA])
    for size in sizes:
        for mode in MODES:
            frame, steps = _frame_ms(others, size, mode), _steps_ms(passes, size, mode)
            if frame is None or steps is None:
                section.notes.append(f"{mode.name} at {size.side_px} px: a part is not measured.")
                continue
            encode, decode = frame
            window = steps + size.frames * (encode + decode)
            first = window - (size.frames - 1) * decode
            section.rows.append(
                {
                    "px": size.side_px,
                    "mode": mode.name,
                    "frames_per_s": 1e3 * size.frames / window,
                    "first_frame_s": first / 1e3,
                    "steps_ms": steps,
                    "networks_ms": window - steps,
                }
            )
    return section


def _steps_ms(passes: Section, size: Size, mode: Mode) -> float | None:
    guided = row_of(passes, size.side_px, mode.step)
    unguided = row_of(passes, size.side_px, UNGUIDED)
    if guided is None or (mode.unguided and unguided is None):
        return None
    plain = mode.unguided * float(unguided["ms"] or 0) if unguided else 0.0
    return mode.guided * float(guided["ms"] or 0) + plain


def _frame_ms(others: Section, size: Size, mode: Mode) -> tuple[float, float] | None:
    """Milliseconds before and after denoising, of one frame."""
    found = {
        str(row["network"]): float(row["ms"] or 0)
        for row in others.rows
        if row["px"] == size.side_px and row["version"] == mode.networks
    }
    if not {"vae_encoder", "condition", "vae_decoder"} <= found.keys():
        return None
    return found["vae_encoder"] + found["condition"], found["vae_decoder"]
