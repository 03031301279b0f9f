# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0

# The two commands: `make run` shows a folder's open source on the web, `make test` runs the tests.
# Both make what they need. What is installed is pinned with hashes, and wheels only: no package runs code to be installed
# (but reuse and pyspark, which have no wheel for most machines and are built with backends that are pinned too).

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install -qq
LOCKED := $(PIP) --require-hashes --only-binary :all:
SCAN ?= .
REPORT ?= report.html
PORT ?= 8080
SPARK := $(VENV)/spark
ARGS ?=
# What asks the database in ways of its own; the rest of the office only reads what these keep.
STORED := $(addprefix tests/office/,accounts records inbox api pages/requests pages/audit pages/upload)

.PHONY: help run report test test-postgres test-spark lint style types imports licensing format bench docs lock wheel clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## Examine a folder (SCAN=~/src) and open the office over it (PORT=8080)
	@$(BIN)/umbel collect $(SCAN) || [ $$? -eq 3 ]
	@exec $(BIN)/umbel serve --port $(PORT)

report: $(VENV)/.run ## Examine a folder and write a report of it, one page (REPORT=report.html)
	@$(BIN)/umbel collect $(SCAN) || [ $$? -eq 3 ]
	@$(BIN)/umbel report -o "$(REPORT)"

test: $(VENV)/.dev ## Run the whole default suite (ARGS="-k purl" for a part)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)
	@test -n "$(ARGS)" || $(MAKE) --no-print-directory test-postgres

test-postgres: $(VENV)/.dev ## Run the office's tests of what is stored on a real PostgreSQL, where one is installed
	@$(BIN)/python -m tests.office.postgres $(BIN)/python -m pytest -n auto --dist worksteal $(STORED) $(ARGS)

test-spark: $(VENV)/.dev ## Ask Spark what DuckDB is asked, of every metric (needs Java; installs 500 MB)
	@if command -v java >/dev/null || test -n "$$JAVA_HOME"; then \
		$(MAKE) --no-print-directory $(VENV)/.spark && \
		PYTHONPATH=$(SPARK) $(BIN)/python -m pytest -m spark tests/metrics/spark $(ARGS); \
	else echo "There is no Java here, so metrics were not tried on Spark."; fi

lint: style types imports licensing ## Check style, types, the import contract and the licensing of every file

style: $(VENV)/.dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(VENV)/.dev
	@$(BIN)/mypy

imports: $(VENV)/.dev
	@$(BIN)/lint-imports --no-logo --no-cache

licensing: $(VENV)/.dev
	@$(BIN)/reuse lint --lines && echo "Every file says whose it is and under which licence."

format: $(VENV)/.dev ## Mend what can be mended without thought
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

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

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Umbel needs Python 3.11 or newer with its venv module, and found none on the PATH."; \
		echo "  Install it (on Debian and Ubuntu: python3 and python3-venv), or name one: make PYTHON=..."; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Umbel needs: $$(grep -c == requirements.txt) packages, once."
	@$(LOCKED) -r requirements-build.txt -r requirements.txt
	@$(PIP) --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need: $$(grep -c == requirements-dev.txt) packages, once."
	@$(LOCKED) --no-binary reuse --no-build-isolation -r requirements-dev.txt
	@touch $@

# Beside the other packages, not among them: they are as they were without it.
$(VENV)/.spark: requirements-spark.txt | $(VENV)/.dev
	@echo "Installing Spark, once."
	@rm -rf $(SPARK)
	@$(LOCKED) --no-binary pyspark --no-build-isolation --no-deps --target $(SPARK) -r $<
	@touch $@
