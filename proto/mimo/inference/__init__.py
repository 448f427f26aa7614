"""The Open Inference Protocol, as far as this server speaks it, and the code made from it."""
