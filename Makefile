# A machine needs Python 3.11 or later and make, nothing else. The first call builds .venv from the
# pinned and hashed requirements; later calls find it ready. Another interpreter: make test PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install
PINNED := $(INSTALL) --only-binary :all: --require-hashes
PACKAGE := $(INSTALL) --no-deps --no-build-isolation --editable .
PIN := uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet $(UPGRADE)

.PHONY: help demo test lint soak mutants requirements hooks clean

help:
	@echo 'make demo          the whole loop on a simulated shop against the sandbox'
	@echo 'make test          lint, types, layers and every test but the long ones'
	@echo 'make lint          the first half of it: ruff, mypy, import contracts'
	@echo 'make soak          property tests for minutes instead of seconds'
	@echo 'make mutants       plant known bugs in a copy and see that the tests notice'
	@echo 'make requirements  pin the dependencies anew (needs uv; UPGRADE=--upgrade takes the newest)'
	@echo 'make hooks         run the same checks before every commit'
	@echo 'make clean         remove .venv and every cache'

demo: $(VENV)/.run
	@$(BIN)/dataout demo

test: lint
	$(BIN)/python -m pytest -n 2 -m 'not soak'

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# pytest leaves with 5 where nothing is marked soak: that is an answer here, not a failure.
soak: $(VENV)/.dev
	@HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -n 2 -m soak || { code=$$?; \
		[ $$code -eq 5 ] && echo 'No test is marked soak.' || exit $$code; }

mutants: $(VENV)/.dev
	$(BIN)/python tests/mutants/run.py

hooks: $(VENV)/.dev
	$(BIN)/pre-commit install

# run and build are compiled within the limits of dev, so one environment can hold all three.
requirements:
	$(PIN) pyproject.toml --extra dev --output-file requirements/dev.txt
	$(PIN) pyproject.toml --constraints requirements/dev.txt --output-file requirements/run.txt
	$(PIN) requirements/build.in --constraints requirements/dev.txt --output-file requirements/build.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dataout needs Python 3.11 or later, and $(PYTHON) is " \
		+ sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 ...")'
	@echo 'Building $(VENV), once.'
	@$(PYTHON) -m venv $(VENV)

# --no-compile halves the time; Python compiles what the demo imports, and no more, as it goes.
$(VENV)/.run: requirements/run.txt requirements/build.txt pyproject.toml | $(BIN)/pip
	@$(PINNED) --no-compile -r requirements/run.txt -r requirements/build.txt
	@$(PACKAGE)
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/build.txt pyproject.toml | $(BIN)/pip
	@$(PINNED) -r requirements/dev.txt -r requirements/build.txt
	@$(PACKAGE)
	@touch $@ $(VENV)/.run
