# Every job of the project by one name. `make help` lists them; CI and a human run the same.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
WEB_READY := tests/browser/node_modules/.ready
PIP := -m pip --disable-pip-version-check --quiet
LOCKED := --require-hashes --only-binary :all:
COMPILE := pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
# A virtual environment that is gone when the recipe ends, however it ends.
THROWAWAY = set -euo pipefail; work="$$(mktemp -d)"; trap 'rm -rf "$$work"' EXIT; $(PYTHON) -m venv "$$work/venv"

.PHONY: help demo test lint lock browser web pictures bench-quick faults soak sessions clean python

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' \
		| while IFS='|' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

demo: $(READY) ## Start stand-in vendors and the gateway, and show one open (ARGS=--once ends after it)
	@$(BIN)/moment demo $(ARGS)

test: $(READY) $(if $(shell command -v npm),$(WEB_READY)) ## Run the tests but for the browsers' (ARGS=... go to pytest)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(or $(ARGS),--ignore tests/browser)

# Not beside the others: what runs in real time beside a browser would be late.
browser: $(READY) $(WEB_READY) ## Play the film, the console and the contact sheet in Chromium (ARGS=... go to pytest)
	@$(BIN)/python -m pytest -n auto --dist loadfile $(or $(ARGS),tests/browser)

lint: $(READY) ## Check style, format, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

web: $(WEB_READY) ## Check the types of the pages' scripts (needs Node 20)
	cd tests/browser && npm run --silent types

pictures: $(READY) ## Make the README's pictures of the film and the contact sheet (needs Chromium)
	@$(BIN)/python docs/make_pictures.py

bench-quick: $(READY) ## Print the CPU of one cold open beside a bare aiohttp handler's (ARGS=--rounds 9)
	@$(BIN)/python tests/bench/quick.py $(ARGS)

faults: $(READY) ## Play the fault matrix on real sockets and print it (its page is tests/faults/MATRIX.md)
	@PYTHONPATH=tests $(BIN)/python -m faults.print_matrix

soak: $(READY) ## Overload, kill, starve, reload and drain real processes for seven minutes (ARGS="--only drains")
	@PYTHONPATH=tests $(BIN)/python -m soak.soak $(ARGS)

lock: python ## Write both lock files from pyproject.toml (UPGRADE=1 takes the newest versions)
	@$(THROWAWAY); \
	"$$work/venv/bin/python" $(PIP) install 'uv>=0.13'; \
	"$$work/venv/bin/uv" $(COMPILE) --extra speed -o requirements.lock pyproject.toml; \
	"$$work/venv/bin/uv" $(COMPILE) --extra speed --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml

sessions: python ## Write connectors/market/sessions.json from the exchange's calendar
	@$(THROWAWAY); \
	"$$work/venv/bin/python" $(PIP) install 'pip>=25.1'; \
	"$$work/venv/bin/python" $(PIP) install --only-binary :all: --group sessions; \
	"$$work/venv/bin/python" -I connectors/market/make_sessions.py

$(WEB_READY): tests/browser/package.json tests/browser/package-lock.json tests/browser/.npmrc
	@echo 'Installing the tools of the pages into tests/browser/node_modules ...'
	@cd tests/browser && npm ci --silent --no-audit --no-fund && touch node_modules/.ready

clean: ## Remove all that make and the tools have built, .venv too
	rm -rf .venv tests/browser/node_modules build dist
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@if [ -z '$(PYTHON)' ] || ! '$(PYTHON)' -c '$(NEW_ENOUGH)'; then \
		echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11' >&2; exit 1; fi

# The check is order-only: it runs each time, and does not by itself make the environment stale.
$(READY): requirements-dev.lock pyproject.toml | python
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then '$(PYTHON)' -m venv .venv; fi
	@echo 'Installing the locked packages into .venv ...'
	@$(BIN)/python $(PIP) install $(LOCKED) -r requirements-dev.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
