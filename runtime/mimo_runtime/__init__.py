"""MIMO Runtime: bundles, engines, media, synthesis, serving. Never needs torch."""

__version__ = "0.1.0"
