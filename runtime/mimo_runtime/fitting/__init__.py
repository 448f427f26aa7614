"""The fitting room: the shipped body made to stand and move as landmarks say.

The world of a fit has y up. Its axes are those of the camera, x to the right and z towards it,
turned so that the ground is level.
"""
