"""Attention of a frame to itself and to the reference: contract, tiles, kernel, torch operator."""
