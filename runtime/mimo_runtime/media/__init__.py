"""Media in and out: clips and pictures that nobody vouches for become frames, frames become video.

Whatever arrives is decoded in a child process that may only live, eat and last within
`MediaLimits`; this process sees finished RGB frames and sentences about what went wrong. The
mechanism (memfd, sealed shared memory, sequenced sockets, parent-death signals) is Linux only.
"""
