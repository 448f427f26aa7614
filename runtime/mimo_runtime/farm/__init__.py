"""Shots in segments that machines of a farm make apart: what they are of, where they lie."""
