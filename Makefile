# Two commands for everybody: make demo, make test. Both do all the set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MUTANTS := $(VENV)/mutants
ROUNDS ?= 1000
# What is compiled once is read the next time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check docs bench proofs days mutants clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(READY) ## a meter, its CIU and a customer, all on this machine
	@$(BIN)/splitmeter demo

test: check ## lint, types, contracts, tests, docs current
	@$(BIN)/pytest -q -n 2 --dist worksteal

check: $(READY) ## all of test but the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tools.docs --check

docs: $(READY) ## write the generated pages and pictures of docs/
	@$(BIN)/python -m tools.docs

bench: $(READY) ## figures as ratios within one run
	@$(BIN)/splitmeter bench link
	@$(BIN)/splitmeter bench sts

proofs: $(READY) ## the slow proofs of docs/proofs.md; ROUNDS=50 for a share of them
	@SPLITMETER_ROUNDS=$(ROUNDS) $(BIN)/pytest -q -m proof --timeout 0

days: $(READY) ## the fast suite on hard days in other time zones; needs faketime
	@$(BIN)/python tests/days.py --all

mutants: $(READY) $(MUTANTS)/.ready ## small changes that no test notices; ROOMS="link/pump.py" for some
	@PATH="$(CURDIR)/$(MUTANTS)/bin:$$PATH" $(BIN)/python tests/mutants.py $(ROOMS)

clean: ## remove the virtual environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || \
	    { echo "$(PYTHON) is missing: install Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) is too old: install Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	    { echo "$(PYTHON) has no venv: install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --only-binary :all: -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(MUTANTS)/.ready: $(READY)
	@$(PYTHON) -m venv $(MUTANTS)
	@$(MUTANTS)/bin/python -m pip install -q --disable-pip-version-check cosmic-ray==8.7.0
	@touch $@
