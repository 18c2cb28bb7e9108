# Everything that needs doing by hand. Only Python 3.11 or newer, make and a network are expected.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
SIZE ?= 1m
ARGS ?=

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@ls tests/proof/test_*.py 2>/dev/null | sed 's|.*/test_\(.*\)\.py|                    proof-\1|'

setup: $(READY) ## Make .venv with the locked packages and this project

# Runs again only when the lock or the project's own description has changed.
$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Waypost needs Python 3.11 or newer. Say where it is: make setup PYTHON=/path/to/python3.11"; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip check
	@touch $(READY)

demo: $(READY) ## Open the control tower on a live, realistic day of orders
	$(BIN)/waypost demo $(ARGS)

serve: $(READY) ## Run the server on your own data: make serve ARGS="--port 8080"
	$(BIN)/waypost serve $(ARGS)

check: $(READY) ## Check style, types, layers and catalogs, without tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest --quiet tests/i18n

test: check ## Check, then run every test but the slow proofs: make test ARGS="tests/web -x"
	$(BIN)/python -m pytest $(ARGS)

fix: $(READY) ## Format the code and mend what can be mended by machine
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## Measure ingest, fold and KPI, the customer's page, and write bench/RESULTS.md: make bench SIZE=1m
	$(BIN)/python -m bench.results --size $(SIZE) $(ARGS)

docs: $(READY) ## Write the generated pages of docs/ again
	$(BIN)/python -m waypost.domain.vocabulary_docs > docs/vocabulary.md
	$(BIN)/python -m waypost.journeys.boards.schema docs/schemas
	$(BIN)/typer waypost.cli.app utils docs --name waypost --title "Command line" --output docs/commands.md

frontend: ## Build the base map and the journey canvas anew from the packages of frontend/ (needs Node 20)
	cd frontend && npm ci && npm run build

proof-%: $(READY) ## Run one slow proof, a file tests/proof/test_NAME.py
	$(BIN)/python -m pytest -m slow "tests/proof/test_$(subst -,_,$*).py" $(ARGS)

catalogs: $(READY) ## Find new texts for translation and compile the catalogs
	$(BIN)/python scripts/catalogs.py

lock: ## Write requirements.lock anew with the newest packages allowed
	"$(PYTHON)" scripts/lock.py $(ARGS)

clean: ## Remove .venv and every cache, never your data
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results

.PHONY: help setup demo serve check test fix bench docs frontend catalogs lock clean
