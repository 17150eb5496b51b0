# A new machine needs python3 (3.11 or newer), git and make; everything else is set up here.
# `make PYTHON=/path/to/python3.12 ...` chooses the interpreter of a .venv that is not there yet.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
RUNTIME_STAMP := $(VENV)/.runtime.stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Two workers: tests of one file stay together, so that a server is started once.
PYTEST_ARGS ?= -n 2 --dist loadfile -rsfE
FAST_TESTS := -m "not servers and not tools"

.DEFAULT_GOAL := help
.PHONY: help demo test e2e matrix check lint types imports docs docs-check validators validators-go validators-npm validators-slow bench fuzz lock \
	dist setup

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(STAMP) ## create or refresh .venv

# A set-up that was interrupted is completed: what counts is that pip works.
define create_venv
@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	python=$$(PYTHON="$(PYTHON)" scripts/find-python.sh) && echo "setting up $(VENV) with $$python" && "$$python" -m venv $(VENV); }
endef

$(RUNTIME_STAMP): requirements/runtime.txt
	$(create_venv)
	@$(PIP) install --quiet --require-hashes --no-deps --requirement requirements/runtime.txt
	@touch $(RUNTIME_STAMP)

$(STAMP): requirements/runtime.txt requirements/dev.txt pyproject.toml
	$(create_venv)
	@$(PIP) install --quiet --require-hashes --no-deps --requirement requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP) $(RUNTIME_STAMP)

demo: $(RUNTIME_STAMP) ## audit the example; needs the run-time requirements only
	@PYTHONPATH=src $(BIN)/python -m prodify audit examples/where2eat-prototype

test: $(STAMP) ## run all tests; those whose tool is missing are skipped with the reason
	$(BIN)/python -m pytest $(PYTEST_ARGS)

e2e: $(STAMP) ## the example with everything applied, alive: real servers on loopback, load, failures; needs make validators, takes minutes
	PRODIFY_SLOW_TESTS=1 $(BIN)/python -m pytest -rs --durations=0 --durations-min=1 tests/e2e

EVERY ?= 1
matrix: $(STAMP) ## every combination of stack, runtime, cloud, secret store and audience, and of shapes; EVERY=4 takes each fourth; half an hour
	PRODIFY_MATRIX=$(EVERY) PRODIFY_WHOLE_MATRIX=1 $(BIN)/python -m pytest -n 2 --dist load -rs tests/e2e/test_matrix_whole.py tests/e2e/test_shapes.py

check: lint types imports ## the fast checks, under a minute: lint, types, import directions, tests without servers and tools
	$(BIN)/python -m pytest $(PYTEST_ARGS) $(FAST_TESTS)

lint: $(STAMP) ## ruff
	$(BIN)/ruff check .

types: $(STAMP) ## mypy --strict
	$(BIN)/mypy

imports: $(STAMP) ## import directions
	$(BIN)/lint-imports

docs: $(STAMP) ## write the reference pages anew
	$(BIN)/python -m prodify.docsgen

docs-check: $(STAMP) ## fail when the reference pages are stale
	$(BIN)/python -m prodify.docsgen --check

validators: $(STAMP) ## install the real tools that `prodify verify` and the tests use
	@scripts/validators.sh $(BIN)/python

validators-go: ## build the validators that are written in Go and in no package: a Kubernetes API server, linters, a collector; minutes the first time
	@scripts/validators-go.sh

validators-npm: ## install the validators that are written in JavaScript: TypeScript with Grafana's types, markdownlint
	@scripts/validators-npm.sh

validators-slow: ## install checkov, Pulumi, bots and a server that speaks MongoDB's protocol, for the slow tests; 900 MB, a few minutes
	@scripts/validators-slow.sh

bench: $(STAMP) ## measure speed and accuracy
	$(BIN)/python -m benchmarks

SECONDS ?= 60
fuzz: $(STAMP) ## look for texts that break a reader or an editor, for SECONDS=60
	$(BIN)/python -m tests.hostile.fuzz $(SECONDS)

lock: ## resolve requirements/*.txt anew; UPGRADE=1 takes the newest versions
	@UPGRADE="$(UPGRADE)" PYTHON="$(PYTHON)" scripts/lock.sh

dist: $(STAMP) ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation
