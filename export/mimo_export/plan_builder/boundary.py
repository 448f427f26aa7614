"""The dtypes in which tensors cross from one component to the next, and why.

| tensors | dtype | why |
|---|---|---|
| latents, background, prediction | float32 | the solver adds 25 small steps to them |
| pixels, pose, picture | float32 | they come from and go to 8-bit levels in one conversion |
| token | float32 | 1024 numbers that everything about the character hangs on |
| timesteps, step, frame_mask | int64, bool | exact |
| time_projections | float32 | sines of angles up to 1000; a plan casts the one row that it reads |
| condition, cross, key.*, value.*, bank.* | float16 | large, and read in every pass |

The last row is float16 in every precision: the values are normalised or projected from normalised
ones, so that float16 holds them with more digits than bfloat16, and NumPy knows the type.
"""

from mimo_runtime.bundle import TensorSpec

BOUNDARY = 1  # of a plan's key; raise it with the table
HALF = "float16"
_HALF_NAMES = ("condition", "cross")
_HALF_PREFIXES = ("key.", "value.", "bank.")


def boundary_spec(spec: TensorSpec) -> TensorSpec:
    """The tensor as a plan has it."""
    half = spec.name in _HALF_NAMES or spec.name.startswith(_HALF_PREFIXES)
    return TensorSpec(spec.name, spec.shape, HALF if half else spec.dtype)
