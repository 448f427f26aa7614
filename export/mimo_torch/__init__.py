"""The networks of a bundle run by PyTorch: on a GPU with our kernels, or on a CPU.

`switches`, `packing`, `conditions`, `step`, `latents`, `denoiser` and `graphed` need torch, NumPy
and our own packages, nothing else.
"""
