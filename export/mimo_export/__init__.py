"""From an official MIMO checkpoint to a bundle: networks, loader, exact rewrites, ONNX."""
