"""The HTTP door to jobs and assets; it needs the extra `http`."""
