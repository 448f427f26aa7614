"""What runs in the decoding children, and in the fork server that they are forked from.

Nothing here is imported by the process that serves.
"""
