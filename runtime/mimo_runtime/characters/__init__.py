"""The characters room: a picture of somebody made ready to drive, kept in a folder.

The body is fitted to the picture, the colours of its surface are read from it, and it is drawn
again in the canonical A-pose: by geometry, what the paper's repose network does.
"""
