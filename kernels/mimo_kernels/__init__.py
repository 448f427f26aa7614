"""The operators of ONNX domain `mimo`: their contract and fp64 reference, one file each."""
