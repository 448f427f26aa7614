"""An NVIDIA GPU through its driver: memory, one stream, graphs and kernels."""
