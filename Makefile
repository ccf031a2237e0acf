# make demo: the main job on the micro families. make test, make check: what CI runs. make bench: build/bench.json (RLVR_SUITE_DATA).
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp

.PHONY: demo test check bench
.DELETE_ON_ERROR:

demo: $(STAMP)
	$(BIN)/rlvr-suite demo

test: $(STAMP)
	$(BIN)/python -m pytest -m "not gpu"

bench: $(STAMP)
	$(BIN)/python tests/bench

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Installs into a .venv that exists already, too; installs again when the dependencies change.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[train,dev]'
	touch $@
