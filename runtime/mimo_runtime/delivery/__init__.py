"""Finished frames as studios take them: depth, layers, alpha, colour, numbers and timecode."""
