"""The decomposition of a driving video into a template folder, stage by stage.

What one stage finds is kept in a work folder, so that memory does not grow with the video and an
interrupted decomposition goes on where it ended. Frames are those of `DrivingClip`: of constant
rate and of the template's size.
"""
