"""The fitting room: the shipped body made to stand and move as landmarks say.

The world of a fit has y up. Its axes are those of the camera in the first frame, x to the right
and z towards it, turned so that the ground is level; it stands still while the camera turns.
"""
