# Everything a developer or an operator types. `make run` and `make test` do all set-up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The locks are whole: nothing is resolved here.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all:

.PHONY: run setup setup-dev test fuzz check format bench kill-rig lock manifest clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 20

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("slack-buffer needs Python 3.11 or newer; try: make PYTHON=python3.12 …") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock | $(BIN)/python
	$(PIP) -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) --no-binary rauth -r requirements-dev.lock  # rauth is published as source only
	@touch $@

setup: $(VENV)/.installed ## make .venv with what the product needs
setup-dev: $(VENV)/.installed-dev ## … and what its developers need

run: setup ## start slack-buffer (the playground, unless .env holds Slack tokens)
	@$(BIN)/python app.py

test: setup-dev ## the test suite; browser tests skip with a reason where there is no chromium
	@$(BIN)/python -m pytest $(ARGS)

fuzz: setup-dev ## more than 5,000 requests made from /openapi.json, and hundreds of conversations
	@FUZZ=250 $(BIN)/python -m pytest tests/buffer/test_api_fuzz.py tests/contracts/test_conversation_machine.py $(ARGS)

check: setup-dev ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .

format: setup-dev ## let ruff put things right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-dev ## measure what has a budget
	@$(BIN)/python -m benchmarks $(ARGS)

KILLS ?= 1000
kill-rig: setup-dev ## kill, fault, stop and tear the sender: KILLS=1000 is all of it, some 20 minutes
	@PYTHONPATH=.:tests $(BIN)/python -m rig --kills $(KILLS) $(ARGS)

lock: ## renew both lock files (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group dev -o requirements-dev.lock pyproject.toml

clean: ## remove .venv and caches; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
