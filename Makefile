# aednet. `make` alone lists what there is.
PYTHON ?= python3
PORT ?= 8000
REQUESTS ?= 5000
KILLS ?= 1000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test check format bench crash fuzz audit screenshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## the demo on http://127.0.0.1:8000 (PORT=8123 for another port); Ctrl-C stops it
	@exec $(BIN)/aednet demo --port $(PORT)

test: $(VENV)/dev.stamp ## the tests; AEDNET_TEST_REQUIRE=browser,postgres turns their skips into failures
	$(BIN)/pytest -n auto --dist loadgroup $(PYTEST)

check: $(VENV)/dev.stamp ## format, lint, types, import contracts, unused dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: $(VENV)/bench.stamp ## benchmarks: medians, and ratios against named peers in the same run
	$(BIN)/python -m bench

crash: $(VENV)/dev.stamp ## KILLS=1000 workers killed while they send: nothing lost, nothing doubled, three mutants caught
	$(BIN)/python -m tests.crash --kills $(KILLS)

fuzz: $(VENV)/dev.stamp ## REQUESTS=5000 requests of every kind against the API
	AEDNET_TEST_FUZZ_REQUESTS=$(REQUESTS) $(BIN)/pytest -q tests/test_fuzz.py

audit: $(VENV)/dev.stamp ## known weaknesses in the versions that are installed; asks the package index
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

screenshots: $(VENV)/dev.stamp ## take the README's pictures anew
	AEDNET_TEST_SCREENSHOTS=docs AEDNET_TEST_REQUIRE=browser $(BIN)/pytest -q tests/browser -k "on_a_phone or with_their_credit or evening_begins"

format: $(VENV)/dev.stamp ## bring the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the virtual environment and what tools left behind; the instance stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing aednet; this takes a minute the first time."
	$(PIP) --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp
	@echo "Installing what tests and checks need."
	$(PIP) --editable '.[dev]'
	@touch $@

$(VENV)/bench.stamp: $(VENV)/run.stamp
	@echo "Installing the benchmarks' peers."
	$(PIP) --editable '.[bench]'
	@touch $@
