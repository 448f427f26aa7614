"""The body room: a skinned person, a camera, and one raster pass that says what each pixel shows.

Lengths are metres, y is up, a person at rest faces +z and has the left hand at +x.
"""
