"""Parts of `benchmarks.gpu`: what it measures, by what formulas, and what it prints.

Needs torch, triton and numpy; cuda-core for the ahead-of-time kernels.
"""
