"""Plans of TensorRT and of TensorRT-RTX, run on a GPU."""
