"""The person and its shadow taken out of a frame, the plate put in their place."""
