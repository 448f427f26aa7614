"""A driving video decomposed into its layers: the official template folder."""
