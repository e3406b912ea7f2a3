# Everything from a clone: needs Python 3.11 and make, nothing else.
PYTHON ?= python3.11
VENV := .venv
VENV_IO := .venv-io
PYTEST = bin/pytest -n 2 --dist loadfile --no-loadscope-reorder
# What finds the same under any TensorFlow, so that `make test` alone runs it: what signals, kills
# and full disks do to a process, what commands say of wrong recipes and shards, rules over figures
# in plain Python, pages and plans made of them, which weights a pre-training starts from, the
# README, whose commands tests/cli/test_steps.py types one by one, and what trains once more by
# operations that other tests have traced.
SAME_ANYWHERE = cli/test_interruption.py cli/test_kill.py cli/test_full_disk.py \
	cli/test_bad_recipes.py cli/test_bad_shards.py cli/test_failures.py cli/test_gate_command.py \
	cli/test_application.py test_readme.py test_registration.py parity text/test_vocabulary.py \
	decoding interop export/test_gate.py \
	models/test_ctc_model.py models/test_micro_batches.py models/test_pretraining_updates.py \
	models/test_jax_backend.py models/test_settings.py models/test_continuous_targets_losses.py \
	models/test_recompute.py models/test_padding.py \
	models/test_replicas.py training/test_pretrain.py \
	training/test_recipe_runs.py training/test_averaged_weights.py training/test_accumulation.py \
	training/test_continuous_run.py training/test_machine.py training/test_initial_pretraining.py \
	training/test_finetune.py training/preparation/test_prepare_restart.py \
	training/guard training/planning training/reports training/configuration training/demo \
	benchmarks device

.PHONY: help setup demo test test-heavy test-long test-io lint format peers bench clean \
	golden device-cases test-device test-android test-arm test-web web

help:
	@echo "make demo        a small recogniser from nothing, with a report (15 minutes)"
	@echo "make test        the tests"
	@echo "make test-heavy  parity of full-size models with the peers (needs make peers, 12 GB)"
	@echo "make test-long   20 kills at random moments, two workers, every recipe (half an hour)"
	@echo "make test-io     the tests that TensorFlow 2.16 or tensorflow-io could fail"
	@echo "make test-device exported models on a JVM, emulated phone processors and in Chromium"
	@echo "                 (test-android, test-arm, test-web alone; README says what they need)"
	@echo "make web         the recogniser in a browser page, at http://127.0.0.1:8000"
	@echo "make golden      write the golden files again"
	@echo "make lint        style; make format mends it"
	@echo "make peers       install PyTorch and transformers, for parity tests and benchmarks"
	@echo "make bench       time and memory beside transformers"

setup: $(VENV)/.installed

$(VENV)/.installed: setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[all,test]'
	$(VENV)/bin/pip check
	@touch $@

demo: setup
	$(VENV)/bin/keras-w2v2 demo --out runs/demo

test: setup
	$(VENV)/$(PYTEST)

peers: $(VENV)/.peers

$(VENV)/.peers: $(VENV)/.installed
	$(VENV)/bin/pip install --quiet torch==2.13.0
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[all,test,peers]'
	$(VENV)/bin/pip check
	@touch $@

test-heavy: peers
	$(VENV)/bin/pytest -m heavy --capture=no  # shows the figures

test-long: setup
	$(VENV)/bin/pytest -m long --capture=no

test-io: $(VENV_IO)/.installed
	$(VENV_IO)/$(PYTEST) $(SAME_ANYWHERE:%=--ignore=tests/%)

$(VENV_IO)/.installed: setup.py constraints-io.txt
	$(PYTHON) -m venv $(VENV_IO)
	$(VENV_IO)/bin/pip install --quiet --requirement constraints-io.txt
	$(VENV_IO)/bin/pip install --quiet --constraint constraints-io.txt --editable '.[io,demo,test]'
	$(VENV_IO)/bin/pip check
	@touch $@

test-device: test-android test-arm test-web

device-cases: setup
	$(VENV)/bin/python -m tests.device.make_cases

test-android: device-cases
	PYTHON=$(VENV)/bin/python android_demo/test.sh

test-arm: device-cases
	PYTHON=$(VENV)/bin/python tests/device/arm/setup.sh
	$(VENV)/bin/python -m tests.device.arm.check

test-web: device-cases
	cd web_demo && npm ci --no-fund --no-audit && npm test && npm run test:browser

web:
	cd web_demo && npm ci --no-fund --no-audit && npm run build && npm run serve

golden: setup
	$(VENV)/bin/python -m tests.golden.make

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

format: setup
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: peers
	$(VENV)/bin/python -m benchmarks.run

clean:
	rm -rf $(VENV) $(VENV_IO) *.egg-info runs build web_demo/node_modules web_demo/dist \
		android_demo/node_modules android_demo/build
