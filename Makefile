# Two commands: `make demo` and `make test`. Everything lives in .venv and lantu-demo.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test lint bench bundle docs lock postgis clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml api/pages/vendor/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit("Lantu needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m api.pages.vendor
	@touch $@

demo: setup
	$(BIN)/lantu demo lantu-demo

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup lint
	@sh tests/services.sh
	$(BIN)/pytest -n 2 $(PYTEST_ARGS)

# A throw-away database server with PostGIS; prints its address, ends with Ctrl-C
postgis: setup
	@sh tests/services.sh postgis
	$(BIN)/python -m tests.postgis_server

bench: setup
	$(BIN)/python -m benchmarks

bundle: setup
	$(BIN)/python -m api.operations.bundle dist
	@sh tests/try_bundle.sh dist/lantu-bundle-*.tar.gz

docs: setup
	$(BIN)/python -m tests.doc_pages

lock:
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header -o requirements.lock

clean:
	rm -rf $(VENV) lantu-demo lantu-out
