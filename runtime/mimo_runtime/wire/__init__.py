"""What server and client agree on besides the protocol: settings, kinds, statuses, addresses.

Needs grpc and protobuf, and nothing that touches a pixel.
"""
