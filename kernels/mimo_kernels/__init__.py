"""The operators of ONNX domain `mimo` and of the denoise loop: contract, fp64, GPU kernels."""
