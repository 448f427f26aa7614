"""Measures a server from outside, as its clients meet it: open loop, percentiles, reports."""
