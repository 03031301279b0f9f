# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0

# The two commands: `make run` shows a folder's open source, `make test` runs the tests.
# Both make what they need; everything installed is pinned with hashes.

PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
SCAN ?= .
REPORT ?= report.html

.PHONY: help run test lint types bench docs lock wheel clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run ## Examine a folder (SCAN=~/src) and write a report of it
	@$(BIN)/umbel collect "$(SCAN)" || [ $$? -eq 3 ]
	@$(BIN)/umbel report -o "$(REPORT)"

test: $(VENV)/.dev ## Run the whole default suite
	@$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev ## Check style, types, the import contract and the licensing of every file
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/reuse lint --quiet || $(BIN)/reuse lint --lines

bench: $(VENV)/.dev ## Run the benchmarks beside their floors
	@$(BIN)/python -m tests.bench

docs: $(VENV)/.run ## Write docs/reference from the code
	@$(BIN)/python tools/reference.py

lock: $(VENV)/.dev ## Renew the lock files from pyproject.toml
	@$(BIN)/python tools/lock.py

wheel: $(VENV)/.dev ## Build the wheel and try it in a clean environment
	@$(BIN)/python tools/try_wheel.py

clean: ## Remove what was made (not the evidence in .umbel)
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis report.html

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Umbel needs Python 3.11 or newer, and none was found on the PATH."; exit 1; }
	@echo "Making $(VENV) with $(PYTHON) …"
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: install python3-venv."; exit 1; }

$(VENV)/.run: requirements.txt requirements-build.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Umbel needs (once) …"
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need (once) …"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
