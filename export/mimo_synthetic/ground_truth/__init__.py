"""Made-up videos of people of which everything is known: masks, depth, posture, camera, scene.

The shipped body in painted clothes does one of the procedural motions in a made-up yard, filmed by
one of three cameras, behind one of two occluders. All is a function of a `ClipSpec`.
"""
