"""Live motion capture: somebody's posture out of a camera's frames, as they come.

Nothing here looks at a frame that has not come yet; `decomposition` does, and is better for it.
"""
