# What a person types. Every target that needs the environment sets it up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.cutroom-ready
VIDEO ?=
DATA ?= $(HOME)/.local/share/cutroom

.PHONY: setup up demo test check fmt bench stack-up stack-down env lock clean
.DEFAULT_GOAL := setup

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cutroom needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m services.analyzer warm
	@touch $(STAMP)

setup: $(STAMP)  ## the pinned environment in .venv

up: $(STAMP)  ## the whole studio in one process, until Ctrl-C
	$(BIN)/cutroom up --data $(DATA)

demo: $(STAMP)  ## footage in, finished video out: make demo [VIDEO=path]
	$(BIN)/cutroom demo $(if $(VIDEO),"$(VIDEO)")

check: $(STAMP)  ## style, types, walls, rooms, pure tests: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/unit tests/house

test: check  ## everything, with the real Kafka, PostgreSQL and MinIO where they can be had
	# Minutes where nothing is cached: no test's own limit foresees that.
	[ "$(CUTROOM_STACK)" != required ] || $(BIN)/python -m deploy.stack install
	$(BIN)/pytest -q -rs --durations=15 tests/service tests/contract tests/crash tests/e2e

fmt: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## measures; prints tables, writes nothing
	$(BIN)/python -m tests.bench

stack-up: $(STAMP)  ## Kafka, PostgreSQL and MinIO without containers
	$(BIN)/python -m deploy.stack up

stack-down: $(STAMP)
	$(BIN)/python -m deploy.stack down

env:  ## .env with fresh secrets for docker compose, once
	$(PYTHON) -m deploy.compose env

lock:  ## renew requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate --output-file requirements.lock

clean:
	rm -rf $(VENV) out build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
