"""A driving video taken apart: the scene without the person, and what is in front of the person.

Everything streams: clips are given as functions that open them again (`frames.Frames`), and memory
does not grow with their length. Places are x to the right and y down in px; masks are uint8 0..255
or float 0..1 of the size of the frame.
"""
