"""What is in a driving video or a character picture: people, bodies, masks, depth, cuts.

Every step takes and gives plain data, frame by frame, in bounded memory. Networks are ONNX files
behind one interface (`model.Network`); those that ship are listed in `models/manifest.json`, and
a file of the user's (`model_config.read_models`) puts others in their place. `model_specs.py` says
what a network of each slot takes and gives.
"""
