"""The clean plate of a segment: what the scene shows without people, from many frames."""
