"""The Open Inference Protocol: the same streams, in the words of KServe and Triton clients."""
