"""Attention over the frames of a window: contract, tiles, kernel, torch operator."""
