"""The networks of MIMO as plain torch modules with the official state-dict names."""
