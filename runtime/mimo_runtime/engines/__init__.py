"""Engines run one component of a bundle: fixed-shape tensors in and out."""
