"""The networks of a bundle run by PyTorch: on a GPU with our kernels, or on a CPU.

`switches`, `packing`, `conditions`, `step` and `latents` need torch and `mimo_kernels` alone.
"""
