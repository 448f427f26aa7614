"""The wire contract of the MIMO runtime; one sub-package per version."""
