"""The gRPC server: one port, one loaded bundle, many streams."""
